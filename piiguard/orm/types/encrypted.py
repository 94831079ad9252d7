"""The column type that encrypts on the way in and decrypts on the way out."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import event
from sqlalchemy.types import LargeBinary, Text, TypeDecorator, TypeEngine

from piiguard.orm import audit
from piiguard.orm.errors import EncryptedColumnError
from piiguard.orm.restricted import Restricted
from piiguard.orm.search.comparator import EncryptedComparator
from piiguard.orm.tables import EncryptedKind
from piiguard.orm.types import reading
from piiguard.orm.types.inner import values_for
from piiguard.orm.types.values import Refused, Values

if TYPE_CHECKING:
    from sqlalchemy import Column, Dialect

    from piiguard.keys import Keyring

__all__ = ["Encrypted"]

_Processor = Callable[[Any], Any]

# These hand over and take plain bytes; other drivers get what SQLAlchemy does for a LargeBinary.
_PLAIN_BYTES = {
    "pysqlite",
    "aiosqlite",
    "psycopg",
    "psycopg_async",
    "asyncpg",
    "pymysql",
    "aiomysql",
    "asyncmy",
}


class Encrypted(EncryptedKind, TypeDecorator[Any]):
    """Ciphertext in the database, the inner type's value in Python.

    ``context`` is authenticated with every value and names its key: ``table.column`` by custom, but it stays
    when the column is renamed. ``pad_to`` fills texts up to so many bytes, so that lengths tell less; members of
    an Enum are always filled up to the longest.
    ``migrating`` reads rows that are still plaintext as well, and counts them in :attr:`plaintext_reads`;
    ``migrating="indexed"`` says that every row has its blind index already, so that all can be searched.
    With ``on_error="marker"`` a value that cannot be decrypted is read as :class:`Sealed`; one that is restricted is always
    read as :class:`Restricted`.
    """

    impl = LargeBinary
    cache_ok = True
    comparator_factory = EncryptedComparator
    values: Values

    def __init__(
        self,
        inner: TypeEngine[Any] | type[TypeEngine[Any]],
        *,
        keyring: Keyring,
        context: str,
        storage: Literal["binary", "text"] = "binary",
        pad_to: int | None = None,
        migrating: bool | Literal["indexed"] = False,
        on_error: Literal["raise", "marker"] = "raise",
    ) -> None:
        super().__init__()
        known = storage in ("binary", "text") and on_error in ("raise", "marker")
        if not known or migrating not in (True, False, "indexed"):
            raise EncryptedColumnError(
                f"{context}: unknown option",
                hint='storage is "binary" or "text", on_error "raise" or "marker", '
                'migrating True, False or "indexed"',
            )
        if storage == "text":
            self.impl = Text()  # type: ignore[assignment]
        self.inner = inner() if isinstance(inner, type) else inner
        self.values = values_for(self.inner, pad_to=pad_to)
        self.context = context
        self.storage = storage
        self.migrating = migrating
        self.on_error = on_error
        self.hashable = self.inner.hashable
        self._keyring = keyring
        self._pad_to = self.values.pad_to
        self._place = [context]  # a list, so that the copies SQLAlchemy makes per dialect learn it too
        self._column: weakref.ref[Column[Any]] | None = None
        self._seen = reading.PlaintextCount()

    @property
    def keyring(self) -> Keyring:
        """Whose keys it uses."""
        return self._keyring

    @property
    def place(self) -> str:
        """``table.column`` once the type belongs to a column, for messages."""
        return self._place[0]

    @property
    def plaintext_reads(self) -> int:
        """How many values were read in plain since the process started; stays 0 unless ``migrating``."""
        return self._seen.total

    @property
    def python_type(self) -> type[Any]:
        return self.inner.python_type

    def compare_values(self, x: Any, y: Any) -> bool:
        return self.inner.compare_values(x, y)

    def prepare(self, value: Any) -> Any:
        """The value in the one form that is stored; refuse what the inner type refuses."""
        return self._converted(value, self.values.prepare, self.values.codec.encode)

    def seek(self, value: Any) -> Any:
        """The value in the one form that is indexed."""
        return self._converted(value, self.values.seek or self.values.prepare, None)

    def _converted(self, value: Any, *steps: Callable[[Any], Any] | None) -> Any:
        converted, reason = self._attempt(value, *steps)
        if reason is None:
            return converted
        value = converted = None  # error collectors read the variables of frames
        raise EncryptedColumnError(f"{self.place}: a value is refused: {reason}")

    def _attempt(
        self, value: Any, convert: Callable[[Any], Any] | None, encode: Callable[[Any], bytes] | None
    ) -> tuple[Any, str | None]:
        """The converted value, or why there is none, in words that are known to hold no value."""
        try:
            converted = value if convert is None else convert(value)
        except Refused as error:
            return None, str(error)
        except Exception:  # noqa: BLE001 - its words may repeat the value
            return None, f"it is not what {type(self.inner).__name__} takes"
        try:
            if encode is not None:
                encode(converted)
        except (TypeError, ValueError) as error:  # a codec's words never hold a value
            return None, str(error)
        return converted, None

    def bind_processor(self, dialect: Dialect) -> _Processor:
        cipher = self._keyring.column(self.context, self.values.codec.code)
        encode = self.encoder()
        if self.storage == "text":
            return reading.text_writer(cipher.encrypt, encode)
        encrypt = cipher.encryptor(encode)
        if dialect.driver in _PLAIN_BYTES:
            return encrypt
        wrap = LargeBinary().dialect_impl(dialect).bind_processor(dialect)
        return encrypt if wrap is None else lambda value: wrap(encrypt(value))

    def result_processor(self, dialect: Dialect, coltype: object) -> _Processor:
        cipher = self._keyring.column(self.context, self.values.codec.code)
        decrypt = cipher.decryptor(self.values.decoder(), lambda: Restricted(self.place))
        if self.storage == "text":
            decrypt = reading.text_reader(decrypt)
        elif dialect.driver not in _PLAIN_BYTES:
            decrypt = reading.bytes_reader(decrypt)
        if self.migrating:
            decrypt = reading.migrating_reader(decrypt, self, self._seen)
        if self.on_error == "marker":
            decrypt = reading.marking_reader(decrypt, self)
        elif self.place != self.context:
            decrypt = reading.placed_reader(decrypt, self)
        return audit.counted(decrypt, self.context, dialect)

    def literal_processor(self, dialect: Dialect) -> _Processor:
        raise EncryptedColumnError(
            f"{self.place}: an encrypted value is not rendered into SQL text",
            hint="execute the statement with bound parameters, without literal_binds",
        )

    def encoder(self) -> Callable[[Any], bytes]:
        """Plaintext bytes of a value, or an EncryptedColumnError that says what is wrong with it."""
        return self.values.encoder(self.prepare)

    def _set_parent(self, parent: Any, outer: bool = False, **kw: Any) -> None:
        """Learn the column's name; a type object that serves several columns is called by its context."""
        super()._set_parent(parent, outer=outer, **kw)
        first = None if self._column is None else self._column()
        shared = first is not None and first is not parent and first.type is self
        self._place = [self.context]
        self._column = weakref.ref(parent)
        if not shared:
            event.listen(parent, "after_parent_attach", self._learn_place)

    def _learn_place(self, column: Any, parent: Any) -> None:
        if column.type is self and self._column is not None and self._column() is column:
            self._place[0] = f"{parent.fullname}.{column.name}"

    @property
    def _static_cache_key(self) -> Any:
        """What tells two types apart in SQLAlchemy's statement cache; no key, no value."""
        options = (self._keyring, self.context, self.storage, self._pad_to, self.migrating, self.on_error)
        return (type(self), self.inner._static_cache_key, *options)

    def __repr__(self) -> str:
        return f"Encrypted({self.inner!r}, context={self.context!r})"

    def __deepcopy__(self, memo: Any) -> Encrypted:
        return self.copy()

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise EncryptedColumnError(
            f"{self.context}: an encrypted type cannot be pickled",
            hint="open the keyring in the child process",
        )
