"""Export the network as ONNX, for ONNX Runtime and whatever else reads it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from fmnist_tui.errors import UserError
from fmnist_tui.exporting.format import NetworkFormat
from fmnist_tui.optional_packages import ONNX

if TYPE_CHECKING:
    from torch import Tensor

    from fmnist_tui.exporting.format import Predictor
    from fmnist_tui.exporting.trained_network import TrainedNetwork

OPSET = 20
"""Of 2023: ONNX Runtime reads it from version 1.17 on."""

MAX_BYTES = 2**31 - 1
"""What protobuf can store in one message, and so ONNX in one file."""


class Onnx(NetworkFormat):
    """The whole computation from pixels to logits, for any number of images."""

    name = "onnx"
    summary = f"pixels to logits as ONNX (opset {OPSET}), for ONNX Runtime"
    suffix = ".onnx"
    requires = ONNX

    def content(self, trained: "TrainedNetwork") -> bytes:
        import torch

        from fmnist_tui.exporting.traced import ANY_NUMBER, INPUT, OUTPUT, traced

        if 4 * sum(tensor.numel() for tensor in trained.network.state_dict().values()) > MAX_BYTES:
            raise UserError("the network has more than 2 GB of weights, which one ONNX file can't hold", _OTHER)
        program = torch.onnx.export(
            traced(trained.whole()),
            dynamo=True,
            opset_version=OPSET,
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_shapes=ANY_NUMBER,
            verbose=False,
        )
        assert program is not None, "it is None only without dynamo"
        program.model.metadata_props.update(trained.metadata())
        content: bytes = program.model_proto.SerializeToString()
        return content

    def predictor(self, content: bytes, trained: "TrainedNetwork") -> "Predictor":
        import onnxruntime
        import torch

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        # Threads that spin while they wait would take the processors from a run in progress.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        session: Any = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])

        def predict(pixels: "Tensor") -> "Tensor":
            (logits,) = session.run(None, {session.get_inputs()[0].name: pixels.numpy()})
            return torch.from_numpy(logits)

        return predict

    def describe(self, trained: "TrainedNetwork") -> str:
        from fmnist_tui.exporting.traced import interface

        return interface(trained)

    def usage(self, path: Path) -> str:
        return f"onnxruntime.InferenceSession({str(path)!r}).run(None, {{'pixels': pixels}})"


_OTHER = "Use --format state-dict or torch-export"

FORMATS = (Onnx(),)
