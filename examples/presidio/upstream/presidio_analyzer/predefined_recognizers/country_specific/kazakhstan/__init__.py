"""Kazakhstan-specific recognizers."""

from .kz_bin_recognizer import KzBinRecognizer
from .kz_iin_recognizer import KzIinRecognizer
from .kz_passport_recognizer import KzPassportRecognizer
from .kz_vehicle_plate_recognizer import KzVehiclePlateRecognizer

__all__ = [
    "KzBinRecognizer",
    "KzIinRecognizer",
    "KzPassportRecognizer",
    "KzVehiclePlateRecognizer",
]
