"""``python -m kith`` is the command `kith`, where its script is not on the path."""

from kith.cli import main

if __name__ == "__main__":
    main()
