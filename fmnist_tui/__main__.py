"""The console script's entry point."""


def main() -> None: ...


if __name__ == "__main__":
    main()
