"""The catalogue of open data in DCAT-AP 3, as JSON-LD."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import override

from lienthong.kernel.clock import VIETNAM
from lienthong.portal.opening.datasets import DATASETS, Dataset

FORMATS = {
    "csv": ("text/csv", "http://publications.europa.eu/resource/authority/file-type/CSV"),
    "json": ("application/json", "http://publications.europa.eu/resource/authority/file-type/JSON"),
}
MEDIA_TYPES = "http://www.iana.org/assignments/media-types/"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
DAILY = "http://publications.europa.eu/resource/authority/frequency/DAILY"
GOVERNMENT = "http://publications.europa.eu/resource/authority/data-theme/GOVE"
VIETNAMESE = "http://publications.europa.eu/resource/authority/language/VIE"
COUNTRY = "http://publications.europa.eu/resource/authority/country/VNM"
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def catalogue(*, address: str, publisher: str, title: Promise, text: Promise, at: datetime) -> dict[str, Any]:
    """The catalogue whose files stand below `address`, which ends with a slash.

    Classes and properties by DCAT-AP 3.0 (SEMIC): of a catalogue, its publisher, its sets and their files.
    """
    agent = {"@id": f"{address}#publisher", "@type": "foaf:Agent", "foaf:name": publisher}
    return {
        "@context": CONTEXT,
        "@graph": [
            {
                "@id": f"{address}#catalogue",
                "@type": "dcat:Catalog",
                "dct:title": _said(title),
                "dct:description": _said(text),
                "dct:publisher": agent,
                "dct:language": {"@id": VIETNAMESE, "@type": "dct:LinguisticSystem"},
                "dct:license": {"@id": LICENCE, "@type": "dct:LicenseDocument"},
                "dct:spatial": {"@id": COUNTRY, "@type": "dct:Location"},
                "dct:modified": _day(at),
                "foaf:homepage": {"@id": address, "@type": "foaf:Document"},
                "dcat:themeTaxonomy": {
                    "@id": "http://publications.europa.eu/resource/authority/data-theme",
                    "@type": "skos:ConceptScheme",
                    "dct:title": {"@value": "Data theme", "@language": "en"},
                },
                "dcat:dataset": [_dataset(one, address, agent["@id"], at) for one in DATASETS.values()],
            }
        ],
    }


def _dataset(one: Dataset, address: str, publisher: str, at: datetime) -> dict[str, Any]:
    return {
        "@id": f"{address}#{one.key}",
        "@type": "dcat:Dataset",
        "dct:title": _said(one.title),
        "dct:description": _said(one.text),
        "dct:identifier": one.key,
        "dct:publisher": {"@id": publisher},
        "dct:modified": _day(at),
        "dct:accrualPeriodicity": {"@id": DAILY, "@type": "dct:Frequency"},
        "dct:spatial": {"@id": COUNTRY},
        "dcat:theme": {
            "@id": GOVERNMENT,
            "@type": "skos:Concept",
            "skos:prefLabel": {"@value": "Government and public sector", "@language": "en"},
        },
        "dcat:distribution": [_distribution(one, address, kind) for kind in FORMATS],
    }


def _distribution(one: Dataset, address: str, kind: str) -> dict[str, Any]:
    media, file_type = FORMATS[kind]
    link = f"{address}{one.key}.{kind}"
    return {
        "@id": f"{address}#{one.key}-{kind}",
        "@type": "dcat:Distribution",
        "dct:title": _said(one.title),
        "dcat:accessURL": {"@id": link, "@type": "rdfs:Resource"},
        "dcat:downloadURL": {"@id": link},
        "dct:format": {"@id": file_type, "@type": "dct:MediaTypeOrExtent"},
        "dcat:mediaType": {"@id": f"{MEDIA_TYPES}{media}", "@type": "dct:MediaType"},
        "dct:license": {"@id": LICENCE},
    }


def _said(words: Promise) -> list[dict[str, str]]:
    """The words in both languages."""
    said = []
    for language in ("vi", "en"):
        with override(language):
            said.append({"@value": str(words), "@language": language})
    return said


def _day(at: datetime) -> dict[str, str]:
    return {"@value": at.astimezone(VIETNAM).date().isoformat(), "@type": "xsd:date"}
