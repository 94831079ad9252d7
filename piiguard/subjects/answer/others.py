"""Columns whose names say that their values are somebody else's: a mother's phone in the row of a student.

>>> of_others("mother_phone"), of_others("Телефон матери"), of_others("куратор_фио"), of_others("ana_tel")
(True, True, True, True)
>>> of_others("phone"), of_others("father_name"), of_others("әкесінің_аты"), of_others("driver_license")
(False, False, False, False)
"""

from __future__ import annotations

from functools import cache

from piiguard.detect.headers import words

__all__ = ["of_others"]

_WHO = """
mother mom mum father dad parent guardian mentor spouse wife husband sibling brother sister child children kid son
daughter relative kin emergency curator tutor supervisor manager teacher doctor referee referrer inviter beneficiary
heir friend neighbour neighbor colleague sender recipient courier trustee witness guarantor
мать мама матери отец отца папа родител опекун попечител супруг жена жены муж мужа брат сестра сестры ребенок ребенка
сын сына дочь дочери дети родствен куратор наставник руководител преподавател врач поручител наследник сосед курьер
получател отправител свидетел
mat mama materi otec otets otca papa roditel opekun popechitel suprug zhena muzh brat sestra rebenok rebenka syn doch deti
rodstven kurator nastavnik rukovoditel prepodavatel vrach poruchitel naslednik kurer kuryer poluchatel otpravitel
ана анасы анасының әке әкесі әкесінің жұбай күйеу әйел бала ұл қыз аға іні апа әпке туыс қамқоршы тәлімгер жетекші мұғалім
дәрігер кепіл мұрагер көрші куәгер
ana anasy anasynyn ake akesi akesinin jubai zhubay bala uly qyzy tuys tuysy qamqorshy kamkorshy talimger jetekshi
zhetekshi mugalim dariger kepil murager korshi
"""
_PATRONYMIC = ("father name", "fathers name", "fathername", "әкесінің аты", "akesinin aty")
_SHORT = 5
"""Shorter words are whole words: "son" begins many."""


@cache
def of_others(name: str) -> bool:
    """Whether a name of a column, or of a JSON path, says whose the value is, and not the person's."""
    own = words(name)
    if own in _patronymics():
        return False
    return any(
        word == who or (len(who) >= _SHORT and word.startswith(who)) for word in own for who in _folded()
    )


@cache
def _folded() -> frozenset[str]:
    return frozenset(word for given in _WHO.split() for word in words(given))


@cache
def _patronymics() -> frozenset[tuple[str, ...]]:
    return frozenset(map(words, _PATRONYMIC))
