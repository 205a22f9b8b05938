"""The model store with a tiny made-up model: whole or refused, never half."""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Mapping
from pathlib import Path

import pytest

from voicemon.asr import models, narrow_cache, stamp
from voicemon.asr.manifest import Manifest, ModelFile, Part, builtin_manifests
from voicemon.asr.models import ModelState
from voicemon.errors import ExitCode, ModelError

CONTENT = {
    "model.bin": b"weights" * 1000,
    "config.json": b"{}",
    "tokenizer.json": b"{1}",
    "vocabulary.txt": b"a\nb\n",
}


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VOICEMON_MODELS_DIR", str(tmp_path / "store"))
    monkeypatch.setattr(narrow_cache, "cache_dir", lambda: tmp_path / "cache")

    def no_network(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    return tmp_path / "store"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    for name, data in CONTENT.items():
        (folder / name).write_bytes(data)
    return folder


def manifests(*, pinned: bool = True, parts: Mapping[str, tuple[Part, ...]] | None = None) -> dict[str, Manifest]:
    files = tuple(
        ModelFile(n, len(d), hashlib.sha256(d).hexdigest(), (parts or {}).get(n, ())) if pinned else ModelFile(n)
        for n, d in CONTENT.items()
    )
    return {"toy": Manifest("toy", "a toy", "MIT", "nobody/toy", files, "asr-toy")}


TOY = manifests()


def test_pull_from_a_folder_then_locate(source: Path, store: Path) -> None:
    assert models.pull("toy", source_dir=source, manifests=TOY) == store / "toy"
    found = models.locate("toy", manifests=TOY)
    assert (found.path, found.name) == (store / "toy", "toy")
    assert found.sha256 == hashlib.sha256(CONTENT["model.bin"]).hexdigest()
    assert models.verify("toy", manifests=TOY) == found
    assert [s.state for s in models.list_models(TOY)] == [ModelState.INSTALLED]


def test_progress_reaches_the_whole_of_each_file(source: Path) -> None:
    last: dict[str, tuple[int, int | None]] = {}
    models.pull(
        "toy", source_dir=source, manifests=TOY, progress=lambda file, done, total: last.update({file: (done, total)})
    )
    assert last == {name: (len(data), len(data)) for name, data in CONTENT.items()}


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("model.bin", CONTENT["model.bin"][:-1], "6999 bytes instead of 7000"),
        ("model.bin", b"W" + CONTENT["model.bin"][1:], "model.bin does not match its SHA-256"),
        ("tokenizer.json", b"{2}", "tokenizer.json does not match its SHA-256"),
        ("config.json", None, "config.json"),
    ],
)
class TestDamage:
    """A file that is cut, altered or missing: named, exit code 5, wherever it is met."""

    def spoil(self, folder: Path, name: str, data: bytes | None) -> None:
        if data is None:
            (folder / name).unlink()
        else:
            (folder / name).write_bytes(data)

    def test_in_the_source(self, source: Path, store: Path, name: str, data: bytes | None, what: str) -> None:
        self.spoil(source, name, data)
        with pytest.raises(ModelError, match=what) as caught:
            models.pull("toy", source_dir=source, manifests=TOY)
        assert caught.value.exit_code is ExitCode.MODEL
        assert list(store.iterdir()) == []

    def test_in_the_store(self, source: Path, store: Path, name: str, data: bytes | None, what: str) -> None:
        models.pull("toy", source_dir=source, manifests=TOY)
        self.spoil(store / "toy", name, data)
        for use in (models.locate, models.verify):
            with pytest.raises(ModelError, match=what) as caught:
                use("toy", manifests=TOY)
            assert "voicemon models pull toy" in caught.value.remedy
            assert caught.value.exit_code is ExitCode.MODEL

    def test_is_mended_by_pulling_again(
        self, source: Path, store: Path, name: str, data: bytes | None, what: str
    ) -> None:
        models.pull("toy", source_dir=source, manifests=TOY)
        self.spoil(store / "toy", name, data)
        models.pull("toy", source_dir=source, manifests=TOY)
        models.verify("toy", manifests=TOY)
        assert [p.name for p in store.iterdir()] == ["toy"]


def test_verify_sees_what_hides_behind_size_and_time(source: Path, store: Path) -> None:
    models.pull("toy", source_dir=source, manifests=TOY)
    weights = store / "toy" / "model.bin"
    before = weights.stat()
    weights.write_bytes(b"W" + CONTENT["model.bin"][1:])
    os.utime(weights, ns=(before.st_atime_ns, before.st_mtime_ns))
    models.locate("toy", manifests=TOY)
    with pytest.raises(ModelError, match=r"model\.bin does not match"):
        models.verify("toy", manifests=TOY)


def test_locate_hashes_only_once(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models.pull("toy", source_dir=source, manifests=TOY)

    def never(path: Path) -> str:
        raise AssertionError(f"{path} was hashed again")

    monkeypatch.setattr(stamp, "file_sha256", never)
    models.locate("toy", manifests=TOY)


@pytest.mark.parametrize("text", ["", "null", "[]", '{"model.bin": 3}', "\x00"])
def test_a_spoilt_stamp_is_made_again(source: Path, store: Path, text: str) -> None:
    models.pull("toy", source_dir=source, manifests=TOY)
    (store / "toy" / stamp.STAMP).write_text(text)
    models.locate("toy", manifests=TOY)
    assert set(stamp.read(store / "toy")) == set(CONTENT)


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_an_interrupted_pull_leaves_nothing(
    source: Path, store: Path, interruption: BaseException | type[BaseException]
) -> None:
    def interrupt(file: str, done: int, total: int | None) -> None:
        if file == "tokenizer.json":
            raise interruption

    with pytest.raises((KeyboardInterrupt, ModelError)):
        models.pull("toy", source_dir=source, manifests=TOY, progress=interrupt)
    assert list(store.iterdir()) == []
    with pytest.raises(ModelError, match="not installed"):
        models.locate("toy", manifests=TOY)


def test_an_interrupted_pull_leaves_the_older_model(source: Path) -> None:
    models.pull("toy", source_dir=source, manifests=TOY)
    (source / "model.bin").write_bytes(b"short")
    with pytest.raises(ModelError):
        models.pull("toy", source_dir=source, manifests=TOY)
    models.verify("toy", manifests=TOY)


def test_leftovers_of_a_killed_pull_go_once_they_are_old(source: Path, store: Path) -> None:
    for name, age_s in (("old", 2 * models.STALE_PULL_S), ("young", 0.0)):
        leftover = store / f".pull-toy-{name}"
        leftover.mkdir(parents=True)
        then = leftover.stat().st_mtime - age_s
        os.utime(leftover, (then, then))
    models.pull("toy", source_dir=source, manifests=TOY)
    assert sorted(p.name for p in store.iterdir()) == [".pull-toy-young", "toy"]


def test_parts_in_installed_packages_are_joined_on_first_use(
    tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts: dict[str, tuple[Part, ...]] = {n: (Part("toy_part1", f"data/{n}"),) for n in CONTENT}
    parts["model.bin"] = (Part("toy_part1", "data/model.bin.1"), Part("toy_part2", "data/model.bin.2"))
    data = {("toy_part1", f"data/{n}"): d for n, d in CONTENT.items() if n != "model.bin"}
    data["toy_part1", "data/model.bin.1"] = CONTENT["model.bin"][:3000]
    data["toy_part2", "data/model.bin.2"] = CONTENT["model.bin"][3000:]
    for (package, path), content in data.items():
        file = tmp_path / "site" / package / path
        file.parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / package / "__init__.py").touch()
        file.write_bytes(content)
    known = manifests(parts=parts)
    assert [s.state for s in models.list_models(known)] == [ModelState.ABSENT]
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    assert [s.state for s in models.list_models(known)] == [ModelState.AVAILABLE]
    models.locate("toy", manifests=known)
    assert (store / "toy" / "model.bin").read_bytes() == CONTENT["model.bin"]


def test_without_a_network_one_line_says_what_to_do() -> None:
    with pytest.raises(ModelError, match="cannot be reached") as caught:
        models.pull("toy", manifests=TOY)
    assert 'pip install "voicemon[asr-toy]"' in caught.value.remedy
    assert "--from DIR" in caught.value.remedy


def test_a_missing_model_says_how_to_get_it() -> None:
    with pytest.raises(ModelError, match="model toy is not installed") as caught:
        models.locate("toy", manifests=TOY)
    assert 'pip install "voicemon[asr-toy]"' in caught.value.remedy
    assert "voicemon models pull toy" in caught.value.remedy


def test_an_unknown_name_lists_the_known_ones() -> None:
    for use in (models.locate, models.pull, models.verify):
        with pytest.raises(ModelError, match="nonsense") as caught:
            use("nonsense")  # type: ignore[operator]
        assert "base" in caught.value.remedy


def test_a_folder_is_a_model_when_its_files_are_there(source: Path) -> None:
    found = models.locate(str(source))
    assert (found.path, found.name) == (source, "source")
    assert found.sha256 == hashlib.sha256(CONTENT["model.bin"]).hexdigest()
    (source / "vocabulary.txt").unlink()
    (source / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match=r"no tokenizer\.json, vocabulary\.txt"):
        models.locate(str(source))


def test_an_unpinned_model_is_held_to_its_first_hash(source: Path, store: Path) -> None:
    known = manifests(pinned=False)
    models.pull("toy", source_dir=source, manifests=known)
    assert not models.list_models(known)[0].pinned
    models.verify("toy", manifests=known)
    (store / "toy" / "model.bin").write_bytes(b"W" + CONTENT["model.bin"][1:])
    with pytest.raises(ModelError, match="as recorded when it was pulled"):
        models.locate("toy", manifests=known)


def test_the_store_may_be_read_only(source: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models.pull("toy", source_dir=source, manifests=TOY)
    (store / "toy" / stamp.STAMP).unlink()

    def refuse(folder: Path, hashes: Mapping[str, str]) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(stamp, "write", refuse)
    assert models.locate("toy", manifests=TOY).name == "toy"


def test_the_built_in_manifest_pins_base() -> None:
    known = builtin_manifests()
    assert next(iter(known)) == "base"
    base = known["base"]
    weights = next(f for f in base.files if f.name == "model.bin")
    assert base.pinned
    assert weights.size == 145_217_532
    assert weights.sha256 == "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
    assert base.licence == "MIT"
    assert not any(known[name].pinned for name in known if name != "base")
