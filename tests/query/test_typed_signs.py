"""Typed signs: a search means the same with the signs of every keyboard, or is refused at its place."""

from __future__ import annotations

import pytest

from pipeline.errors import QueryError
from pipeline.query.parser import parse
from pipeline.query.syntax import typed_signs
from tests.query.strategies import NOW_MS


def _canonical(text: str) -> str:
    return parse(text, NOW_MS).canonical


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("（東京 OR 大阪） 地震", "(東京 OR 大阪) 地震"),
        ("（東京\u3000ＯＲ\u3000大阪）地震", "(東京 OR 大阪) 地震"),
        ("地震（東京 OR 大阪）", "地震 (東京 OR 大阪)"),
        ("「東京 タワー」", '"東京 タワー"'),
        ("『東京 タワー』 ｢大阪 城｣ 〝京 都〟", '"東京 タワー" "大阪 城" "京 都"'),
        ("東京「大阪 城」雪", '東京 "大阪 城" 雪'),
        ("＂black hole＂", '"black hole"'),
        ("«\u00a0black hole\u00a0» ‹red sky›", '"black hole" "red sky"'),
        ("»black hole« ›red sky‹", '"black hole" "red sky"'),
        ("„black hole“ „red sky” ”big bang”", '"black hole" "red sky" "big bang"'),
        ("《黑洞 论》 〈红 天〉 ״שלום עולם״", '"黑洞 论" "红 天" "שלום עולם"'),
        ("“black hole”～２", '"black hole"~2'),
        ("from：nasa ｆｒｏｍ：ｎａｓａ from﹕nasa", "from:nasa"),
        ("bio：「data science」", 'bio:"data science"'),
        ("bio:“data science” name:«ada l»", 'bio:"data science" name:"ada l"'),
        ("likes：１００．．２００ sample：１０", "likes:100..200 sample:10"),
        ("since：２０２６－１１－２３ until:2026‑11‑24", "since:2026-11-23 until:2026-11-24"),
        ("has：ｉｍａｇｅｓ lang：ＪＡ url：ｘ．ｏｒｇ", "has:images lang:ja url:x.org"),
        ("東京 －雪 −雨 –風 —霧", "東京 -雪 -雨 -風 -霧"),
        ("東京 －（雪 OR 雨）", "東京 -(雪 OR 雨)"),
        ("東京 ＮＯＴ 雪 ＡＮＤ 雨", "東京 NOT 雪 AND 雨"),
        ("＃snow ＠nasa ＄TSLA", "#snow @nasa $TSLA"),
        ("astro＊ ＊", "astro* *"),
        ("snow\u00a0rain\u3000ice\u202ffog", "snow rain ice fog"),
        ("（#snow）「#snow」", '(#snow) "#snow"'),
        ("from:nasa， @nasa、 url:x.org。", "from:nasa @nasa url:x.org"),
        ("12：30 速報：地震 おはよ〜 何？猫 5” צה״ל", '"12 30" 速報地震 おはよ 何猫 5 "צה ל"'),
        ('"ーー雪" ラーメン', '"ーー 雪" ラーメン'),
    ],
)
def test_sign_of_another_keyboard_is_our_sign(typed: str, plain: str) -> None:
    assert _canonical(typed) == _canonical(plain)
    assert _canonical(_canonical(typed)) == _canonical(typed)


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("雪 （東京 OR 大阪", "open_parenthesis", 2),
        ("雪 ）", "extra_parenthesis", 2),
        ("雪 「東京", "open_quote", 2),
        ("東京」", "open_quote", 2),
        ("猫 ー雪", "look_alike", 2),
        ("cats｜dogs", "lucene", 4),
        ("cats | dogs", "lucene", 5),
        ("cats ｜｜ dogs", "lucene", 5),
        ("cats ＆＆ dogs", "lucene", 5),
        ("ca＊ts", "lucene", 2),
        ("cat～", "lucene", 3),
        ("cats＾2", "lucene", 0),
        ("「a b」～x", "bad_slop", 5),
        ("「black ho＊」", "prefix_place", 9),
        ("form：nasa", "unknown_operator", 0),
        ("from：（nasa OR esa）", "operator_value", 5),
        ("from:nasa,esa", "bad_value", 5),
        ("from：nasa、esa", "bad_value", 5),
        ("from:@nasa,@esa", "bad_value", 5),
        ("to:nasa;esa", "bad_value", 3),
        ("mentions:nasa،esa", "bad_value", 9),
        ("lang:en,de", "bad_value", 5),
        ("has:images,videos", "bad_value", 4),
        ("source:x，bluesky", "bad_value", 7),
        ("url:x.org,y.org", "bad_value", 4),
        ("reply_to:x:20,x:30", "bad_value", 9),
        ("#snow,#rain", "bad_tag", 5),
        ("#東京、#大阪", "bad_tag", 3),
        ("@nasa,esa", "bad_tag", 5),
        ("$TSLA,AAPL", "bad_tag", 5),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_place(text: str, code: str, position: int) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text, NOW_MS)
    assert (caught.value.code, caught.value.position) == (code, position)
    assert caught.value.hint


@pytest.mark.parametrize(
    "text", ["from:nasa,esa", "from:@nasa、@esa", "lang:en,de", "#snow,#rain", "@nasa,esa", "has:links,media"]
)
def test_hint_of_a_list_is_a_search_for_each_of_its_parts(text: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text, NOW_MS)
    assert " OR " in _canonical(caught.value.hint)


@pytest.mark.parametrize("opening", sorted(set(typed_signs.QUOTES) - {'"'}))
def test_every_quote_closes_with_each_of_its_partners(opening: str) -> None:
    for closing in typed_signs.QUOTES[opening]:
        assert _canonical(f"ice {opening}black hole{closing} snow") == _canonical('ice "black hole" snow')
        assert _canonical(f"ice name:{opening}black hole{closing}") == _canonical('ice name:"black hole"')


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "www.x.org/a",
            "WWW.X.ORG/a",
            "x.org/a",
            "X.Org/a",
            "www.x.org/a.",
            "x.org/a,",
            "x.org/a。",
            "http://x.org/a!",
        ),
        *("HTTPS://www.x.org/a", "https：／／ｘ．ｏｒｇ／ａ", "（x.org/a）", "(www.x.org/a)"),
    ],
)
def test_link_without_scheme_is_the_link(typed: str) -> None:
    assert _canonical(typed) == _canonical("https://www.x.org/a") == 'url:"x org a"'
    assert _canonical(f"snow -{typed}") == _canonical("snow -https://www.x.org/a")


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("www.x.org", 'url:"x org"'),
        ("www.x.org.", 'url:"x org"'),
        ("www.bücher.example/ä_(b)?q=1#c", 'url:"bücher example ä b q 1 c"'),
        ("xn--bcher-kva.example/a", 'url:"bücher example a"'),
        ("x.org:8080/a", 'url:"x org 8080 a"'),
        ("例え.テスト/東京", 'url:"例えテスト東京"'),
        ("x.org", '"x org"'),
        ("and/or", '"and or"'),
        ("3.5/7", '"3 5 7"'),
        ("U.S./China", '"u s china"'),
        ("v1.2/x", '"v1 2 x"'),
        ("me@x.org/a", '"me x org a"'),
        ("www.", "www"),
    ],
)
def test_a_link_has_a_host_and_a_slash_or_begins_with_www(typed: str, canonical: str) -> None:
    assert _canonical(typed) == canonical
