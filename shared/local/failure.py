"""The one error of the local platform."""


class Failure(Exception):
    """The platform cannot go on. The text is for the person at the terminal and names the culprit.

    `exit_code` is what the command line ends with: 1, or 2 where something must be installed first.
    """

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code
