#!/usr/bin/env python3
"""Fetches DeepSeek's reference encoders, and parsers of tool calls, into a directory, for the tests of serve/chat.

    fetch_encoders.py DEST

DEST gets encoding_dsv32.py and encoding_dsv4.py (the published encoders of V3.2 and V4, as the package sglang carries
them) and the package deepseek_recipe (DeepSeek's own converter: V4.1, the second release of V4, and the parser of
streamed output), and sglang/srt/function_call with SGLang's parsers of tool calls in many formats. Everything is pinned by version and checksum. A directory that is complete is left alone.
"""

import hashlib
import pathlib
import platform
import subprocess
import sys
import tempfile
import zipfile

SGLANG = ("sglang", "0.5.12", ["cp312", "manylinux_2_34_x86_64"],
          "d3fc7ecb61ad3e533ebe1ae9b4109fbb62ecbf2d17453b62770c8a7ec49d539a")
RECIPE_VERSION = "0.2.0"
RECIPES = {
    ("Linux", "x86_64"): ("manylinux_2_28_x86_64", "259812bf382bc82668b672707c5922095cc4f5f60a6c514ff89640bb62a746f7"),
    ("Linux", "aarch64"): ("manylinux_2_28_aarch64", "7c31fa6ed6ff8319670fa6efdf682e724f4e78f76218f6d08dfc4c0d6f47a071"),
    ("Darwin", "arm64"): ("macosx_11_0_arm64", "624bb4d0fb3ed541b9e34d2ef96ff66057026ded7d6708b0b9088cc6d6723999"),
    ("Darwin", "x86_64"): ("macosx_11_0_x86_64", "fb0d02291c43ef1ab10c2abcb7191e8326a71ea3e76cd01c6b2e79b75e6ce73f"),
}
ENCODERS = {
    "encoding_dsv32.py": "e74108712aa84d1195c31bb6a164cc820e007f0c6239b89a3664bdb32d45d3c5",
    "encoding_dsv4.py": "341b03fc26693a3098ba74ba4df51b1cafaf65f04a1f021706e1a12c39c96341",
}
DETECTORS = {
    "base_format_detector.py": "dac002633e83496401b9a21ec0f8cf63aa003730f95b78fa3749e9bbdb0c7fa6",
    "core_types.py": "c0b52c5bc99403e8be212cf94140cbec48eaef65be2b51c88456bd5a6fbfa00f",
    "utils.py": "77490e4bccbff91aa09ae89e2df81acc61f987759cc16126780bc3a0c11458fa",
    "deepseekv3_detector.py": "a555137527cd524f51a888ee49224d4761856f5b4a9d93d3ca77abfb755c06d5",
    "deepseekv31_detector.py": "ec6374c040a86dd2021b7ea7b989300299dea623fdaa3c71d6d9aa3f18e845d7",
    "deepseekv32_detector.py": "98d05c4f49c2377d2f09b7a1a942524363a4e75eaa78417f00f04d786093ae8e",
    "deepseekv4_detector.py": "d826876e0b6229ff5d363da16b6c954c3211a080d72edb81cd56b0fd477487ba",
    "qwen25_detector.py": "e4ebe052024b4236819932ee3d54941fe2db9bb9107711ec33514d1d68c3c9e4",
    "qwen3_coder_detector.py": "642294f642f563fadd52bff2ee3a204e30fe26f33c7e5306d47e4609ef15f129",
    "hermes_detector.py": "5dc30e64c7ccd453f3b5fc50be0321c3bb404dac3e689ad4cc384ab2c45de27c",
    "llama32_detector.py": "c6de7254589e8d39d26540bb0b28591ecea0e77ebe2ccc85a208daa66ad7d2ef",
    "mistral_detector.py": "ecb2637d1766f096c698b6b8eaadeb6e772aa3487d6566f61f665c145dd73336",
}
FUNCTION_CALL = "sglang/srt/function_call"
# Where each file goes, where it comes from in the wheel, and its checksum.
FILES = [(name, f"sglang/srt/entrypoints/openai/{name}", sha256) for name, sha256 in ENCODERS.items()] + [
    (f"{FUNCTION_CALL}/{name}", f"{FUNCTION_CALL}/{name}", sha256) for name, sha256 in DETECTORS.items()]


def download(name, version, tags, sha256, directory):
    """The wheel, checked. Its Python version and platform need not be ours: only files are taken from it."""
    abi, tag = tags
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
         "--only-binary=:all:", "--implementation", "cp", "--python-version", "3.12", "--abi", abi, "--platform", tag,
         "--dest", str(directory), f"{name}=={version}"],
        check=True)
    wheel, = directory.glob(f"{name.replace('-', '_')}-{version}-*.whl")
    actual = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if actual != sha256:
        sys.exit(f"{wheel.name}: sha256 is {actual}, wanted {sha256}")
    return zipfile.ZipFile(wheel)


def complete(dest):
    return (dest / "deepseek_recipe" / "__init__.py").is_file() and all(
        (dest / name).is_file() and hashlib.sha256((dest / name).read_bytes()).hexdigest() == sha256
        for name, _, sha256 in FILES)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    dest = pathlib.Path(sys.argv[1])
    dest.mkdir(parents=True, exist_ok=True)
    if complete(dest):
        return
    machine = (platform.system(), platform.machine())
    if machine not in RECIPES:
        sys.exit(f"there is no deepseek-recipe {RECIPE_VERSION} for {machine[0]} on {machine[1]}")
    with tempfile.TemporaryDirectory() as temporary:
        temporary = pathlib.Path(temporary)
        with download(*SGLANG, temporary) as wheel:
            for name, member, sha256 in FILES:
                data = wheel.read(member)
                if hashlib.sha256(data).hexdigest() != sha256:
                    sys.exit(f"{name} in the package is not the one the tests were written against")
                (dest / name).parent.mkdir(parents=True, exist_ok=True)
                (dest / name).write_bytes(data)
        tag, sha256 = RECIPES[machine]
        with download("deepseek-recipe", RECIPE_VERSION, ["abi3", tag], sha256, temporary) as wheel:
            for member in wheel.namelist():
                if member.startswith(("deepseek_recipe.libs/", "deepseek_recipe/")):
                    wheel.extract(member, dest)
    if not complete(dest):
        sys.exit(f"{dest} is not complete")


main()
