"""Language codes: makes the codes that sources state tags of BCP 47 with language, script and region, such as "pt-BR".

Outdated codes are replaced, and codes of three letters by those of two; a code that names no language ("und", and X's
own for posts without words) becomes "". The operator `lang:` reads the same tables. No text is looked at to guess a
language.
"""

from __future__ import annotations

import re
from functools import lru_cache

RENAMED_CODES = {"in": "id", "iw": "he", "ji": "yi", "jw": "jv", "mo": "ro", "cn": "zh", "jp": "ja"}
"""Replaced codes → current ones: codes that ISO 639 has withdrawn, and two country codes sent in a language's place."""

NO_LANGUAGE_CODES = frozenset({"und", "zxx", "mis", "mul", "art", "qam", "qct", "qht", "qme", "qst", "unknown", ""})
"""Codes that name no language: undetermined, none, and X's own for posts of mentions, hashtags or media only."""


_SHORTEST_PAIRS = """
aar:aa abk:ab afr:af aka:ak alb:sq amh:am ara:ar arg:an arm:hy asm:as ava:av ave:ae aym:ay aze:az bak:ba bam:bm
baq:eu bel:be ben:bn bis:bi bod:bo bos:bs bre:br bul:bg bur:my cat:ca ces:cs cha:ch che:ce chi:zh chu:cu chv:cv
cor:kw cos:co cre:cr cym:cy cze:cs dan:da deu:de div:dv dut:nl dzo:dz ell:el eng:en epo:eo est:et eus:eu ewe:ee
fao:fo fas:fa fij:fj fin:fi fra:fr fre:fr fry:fy ful:ff geo:ka ger:de gla:gd gle:ga glg:gl glv:gv gre:el grn:gn
guj:gu hat:ht hau:ha hbs:sh heb:he her:hz hin:hi hmo:ho hrv:hr hun:hu hye:hy ibo:ig ice:is ido:io iii:ii iku:iu
ile:ie ina:ia ind:id ipk:ik isl:is ita:it jav:jv jpn:ja kal:kl kan:kn kas:ks kat:ka kau:kr kaz:kk khm:km kik:ki
kin:rw kir:ky kom:kv kon:kg kor:ko kua:kj kur:ku lao:lo lat:la lav:lv lim:li lin:ln lit:lt ltz:lb lub:lu lug:lg
mac:mk mah:mh mal:ml mao:mi mar:mr may:ms mkd:mk mlg:mg mlt:mt mon:mn mri:mi msa:ms mya:my nau:na nav:nv nbl:nr
nde:nd ndo:ng nep:ne nld:nl nno:nn nob:nb nor:no nya:ny oci:oc oji:oj ori:or orm:om oss:os pan:pa per:fa pli:pi
pol:pl por:pt pus:ps que:qu roh:rm ron:ro rum:ro run:rn rus:ru sag:sg san:sa sin:si slk:sk slo:sk slv:sl sme:se
smo:sm sna:sn snd:sd som:so sot:st spa:es sqi:sq srd:sc srp:sr ssw:ss sun:su swa:sw swe:sv tah:ty tam:ta tat:tt
tel:te tgk:tg tgl:tl tha:th tib:bo tir:ti ton:to tsn:tn tso:ts tuk:tk tur:tr twi:tw uig:ug ukr:uk urd:ur uzb:uz
ven:ve vie:vi vol:vo wel:cy wln:wa wol:wo xho:xh yid:yi yor:yo zha:za zho:zh zul:zu
"""

SHORTEST_CODES = dict(pair.split(":") for pair in _SHORTEST_PAIRS.split())
"""Codes of three letters → of two, for the languages that have both: ISO 639-2, bibliographic and terminological.

RFC 5646 (section 2.2.1) has a language tagged by the shorter code. The table is that of Debian's iso-codes, in PyPI
pycountry 26.2.16.
"""


@lru_cache(maxsize=1024)
def primary_subtag(code: str) -> str:
    """Return the primary subtag of a language code ("pt-BR" gives "pt", "eng" "en"), "" where it names no language."""
    subtag = code.strip().replace("_", "-").partition("-")[0].lower()
    subtag = SHORTEST_CODES.get(subtag, RENAMED_CODES.get(subtag, subtag))
    if subtag in NO_LANGUAGE_CODES or not (2 <= len(subtag) <= 3 and subtag.isascii() and subtag.isalpha()):
        return ""
    return subtag


_SUBTAGS = re.compile(
    r"[a-z]{2,3}(?:-[a-z]{3}){0,3}(?:-(?P<script>[a-z]{4}))?(?:-(?P<region>[a-z]{2}|[0-9]{3}))?(?:-.*)?", re.IGNORECASE
)
"""Language, extended languages, script and region (RFC 5646, section 2.1); variants and extensions may follow."""


@lru_cache(maxsize=1024)
def language_tag(code: str) -> str:
    """Return a language code as tag of language, script and region ("pt_br" gives "pt-BR", "zh-hant-tw" "zh-Hant-TW").

    Variants, extensions and a part that cannot be read are left out; "" where the code names no language.
    """
    language = primary_subtag(code)
    found = _SUBTAGS.fullmatch(code.strip().replace("_", "-")) if language else None
    if found is None:
        return language
    script, region = (found["script"] or "").title(), (found["region"] or "").upper()
    return "-".join(part for part in (language, script, region) if part)


def language_tags(codes: list[str]) -> list[str]:
    """Return the distinct language tags of several codes, in order."""
    return list(dict.fromkeys(tag for tag in map(language_tag, codes) if tag))


@lru_cache(maxsize=1024)
def language_ranges(tag: str) -> tuple[str, ...]:
    """Return the folded tags by which `lang:` finds a tag: "zh-Hant-TW" by zh, zh-hant, zh-tw and zh-hant-tw."""
    known = language_tag(tag)
    if not known:
        return (tag.lower(),)
    language, *others = known.lower().split("-")
    ranges = [language, *(f"{language}-{other}" for other in others)]
    return (*ranges, known.lower()) if len(others) > 1 else tuple(ranges)
