"""`--slurm` and `--slurm-script` on the command line."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from commands import main
from stub_cluster import Cluster

from fmnist_tui.cli.slurm import JobRequest, work_as_job
from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import read_labels
from fmnist_tui.runs.slurm_job import read_job
from fmnist_tui.sweeps.storage import Location

TRAIN = ("train", "--model", "logistic", "--data", "demo")


def made_run() -> RunFolder:
    (folder,) = map(RunFolder, runs_folder().iterdir())
    return folder


def test_a_submitted_run_is_printed_with_its_job_and_how_it_is_controlled(
    cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(*TRAIN, "--name", "my run", "--slurm", "--partition=gpu --comment='a # b'") == 0
    folder = made_run()
    assert read_labels(folder).name == "my run"
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"Run {folder.run} is submitted as SLURM job 4711, in {folder.path}."
    assert [line.strip() for line in lines[1:]] == [
        f"fmnist-tui watch {folder.run} --wait",
        f"fmnist-tui pause {folder.run}",
        f"fmnist-tui stop {folder.run}",
        "scancel 4711",
        f"sbatch {folder.path}/job.sh",
    ]
    assert cluster.script == (folder.path / "job.sh").read_text()
    directives = [line for line in cluster.script.splitlines() if line.startswith("#SBATCH")]
    assert directives[0] == '#SBATCH "--job-name=my run"'
    assert directives[-2:] == ["#SBATCH --partition=gpu", '#SBATCH "--comment=a # b"'], "they replace the program's own"
    assert subprocess.run(["bash", "-n"], input=cluster.script, text=True, check=False).returncode == 0


def test_json_and_sentences(cluster: Cluster, capsys: pytest.CaptureFixture[str]) -> None:
    cluster.program("sbatch", "echo 'sbatch: low priority' >&2; echo '12;hpc'")
    assert main(*TRAIN, "--slurm", "", "--json") == 0
    folder, printed = made_run(), capsys.readouterr()
    facts = {"run": folder.run, "job": "12", "folder": str(folder.path), "script": str(folder.path / "job.sh")}
    assert json.loads(printed.out) == facts
    assert "sbatch: low priority\n" in printed.err
    job = read_job(folder)
    assert job is not None
    assert job.cluster == "hpc"
    assert main(*TRAIN, "--slurm", "", "--plain") == 0
    assert "To cancel the job, type `scancel --clusters=hpc 12`." in capsys.readouterr().out


def test_a_script_is_printed_where_there_is_no_slurm(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert main(*TRAIN, "--slurm-script", "--time=1:00") == 0
    folder, printed = made_run(), capsys.readouterr()
    assert printed.out == (folder.path / "job.sh").read_text()
    assert f"`sbatch {folder.path}/job.sh` submits it" in printed.err
    assert read_job(folder) is None
    assert main(*TRAIN, "--slurm", "--time=1:00") == 1
    assert "sbatch is not found. Submit from a login node" in capsys.readouterr().err
    assert made_run() == folder


def test_what_sbatch_refuses_is_one_line_and_leaves_no_run(
    cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    refusal = (
        r"printf 'sbatch: error: invalid partition: \033[31mgpu\nsbatch: error: Batch job submission failed\n' >&2"
    )
    cluster.program("sbatch", f"{refusal}; exit 1")
    assert main(*TRAIN, "--slurm", "--partition=gpu") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(
        "fmnist-tui: SLURM refuses the job: invalid partition: [31mgpu; Batch job submission failed. See `sinfo`"
    )
    cluster.program("sbatch", "echo 'Usage: sbatch'")
    assert main(*TRAIN, "--slurm", "--usage") == 1
    assert "sbatch printed 'Usage: sbatch' instead of a job's number" in capsys.readouterr().err
    assert not list(runs_folder().iterdir())


@pytest.mark.parametrize(
    ("arguments", "code", "problem"),
    [
        (("--slurm", "gpu"), 2, "'gpu' in the SLURM options is neither an option"),
        (("--slurm", "--comment='a\n#SBATCH -A b'"), 2, "can't be printed"),
        (("--slurm", "", "--slurm-script", ""), 2, "--slurm and --slurm-script exclude each other"),
        (("--slurm-script", "", "--background"), 2, "--slurm-script and --background exclude each other"),
        (("--slurm", "", "--processes", "0"), 2, "processes is 0"),
        (("--slurm", "", "--sink", "nothing"), 2, "sink is 'nothing'"),
        (("--slurm", "-a 1-8"), 1, "a job array would train the same run several times"),
    ],
)
def test_what_is_invalid_makes_no_run(
    cluster: Cluster, arguments: tuple[str, ...], code: int, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(*TRAIN, *arguments) == code
    assert problem in capsys.readouterr().err
    assert not runs_folder().exists() or not list(runs_folder().iterdir())


def test_slurm_writes_below_any_folder_that_it_can_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FMNIST_TUI_HOME", str(tmp_path / "50 % #1"))
    assert main(*TRAIN, "--slurm-script", "") == 0
    assert f'#SBATCH "--output={tmp_path}/50 %% #1/runs/' in capsys.readouterr().out
    for name in ("back\\slash", "line\nbreak"):
        monkeypatch.setenv("FMNIST_TUI_HOME", str(tmp_path / name))
        assert main(*TRAIN, "--slurm-script", "") == 1
        assert "SLURM can't write to" in capsys.readouterr().err
        assert not list(runs_folder().iterdir())


def test_a_worker_gets_a_password_from_the_environment_only(
    cluster: Cluster, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = Location("postgresql://me:hunter2@db/sweeps")
    cluster.program("sbatch", 'cat > "$STUB/script"; echo "$FMNIST_TUI_STORAGE" > "$STUB/storage"; echo 4711')
    assert work_as_job(JobRequest((("--array=1-4",),), submits=True), "lr", secret, ["--trials=2"]) == 0
    assert (home.parent / "stub" / "storage").read_text() == f"{secret.url}\n"
    printed = capsys.readouterr()
    assert "hunter2" not in cluster.script + printed.out + printed.err
    assert printed.out.splitlines()[:2] == [
        "A worker of sweep lr is submitted as SLURM job 4711.",
        f"It prints to {home}/sweeps/lr.*.log.",
    ]
    assert "-m fmnist_tui sweep work lr --trials=2)" in cluster.script
    job = cluster.start()
    assert job.code() != 0
    assert "FMNIST_TUI_STORAGE: it has a password, so it is not in this script: set it" in job.output.read_text()
    assert work_as_job(JobRequest((), submits=False), "lr", Location("postgresql://me@db/sweeps"), []) == 0
    assert "export FMNIST_TUI_STORAGE=postgresql://me@db/sweeps" in capsys.readouterr().out
