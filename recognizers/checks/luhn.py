"""The check digit of payment cards: ISO/IEC 7812-1, annex B.

>>> claim("4111111111111111"), claim("4111111111111112")
(True, False)
"""

from __future__ import annotations

__all__ = ["DOUBLED", "PLAIN", "claim"]

# of the byte of a digit: the digit itself, and the sum of the digits of its double
PLAIN = bytes(byte - 48 if 48 <= byte < 58 else 0 for byte in range(256))
DOUBLED = bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)[byte - 48] if 48 <= byte < 58 else 0 for byte in range(256))


def claim(digits: str) -> bool:
    """Tell whether the last of these ASCII digits is right."""
    data = digits.encode()
    return (sum(data[-1::-2].translate(PLAIN)) + sum(data[-2::-2].translate(DOUBLED))) % 10 == 0
