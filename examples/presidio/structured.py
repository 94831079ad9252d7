"""presidio-structured: which columns of a frame hold what, and the frame without it.

Run: pip install 'piiguard[scan]' presidio-structured; python examples/presidio/structured.py
"""

from __future__ import annotations

import pandas as pd
from presidio_anonymizer.entities import OperatorConfig
from presidio_structured import PandasAnalysisBuilder, StructuredEngine

from piiguard.recognizers import kz_analyzer

CUSTOMERS = pd.DataFrame(
    {
        "клиент": ["Сынақов Үлгі Мысалұлы", "Мысалова Айгүл Үлгіқызы"],
        "жсн": ["050312300015", "010203300015"],
        "сумма": ["1 200", "900"],
    }
)


def main() -> tuple[dict[str, str], pd.DataFrame]:
    """Return the entity of each column that has one, and the frame with tags."""
    analysis = PandasAnalysisBuilder(kz_analyzer()).generate_analysis(CUSTOMERS, language="ru")
    tagged = {
        entity: OperatorConfig("replace", {"new_value": f"<{entity}>"})
        for entity in set(analysis.entity_mapping.values())
    }
    return analysis.entity_mapping, StructuredEngine().anonymize(CUSTOMERS, analysis, operators=tagged)


if __name__ == "__main__":
    for part in main():
        print(part)
