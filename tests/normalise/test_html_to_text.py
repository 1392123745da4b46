"""Text of HTML: lists, quotes, tables and the like as a person types them, and spans that stay within the text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.normalise.text.html_to_text import html_to_text
from pipeline.normalise.text.html_tokens import parsed_tokens, plain_tokens


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<ul><li><p>a</p></li><li><p>b</p></li></ul>", "• a\n• b"),
        ("<ul>\n <li>a</li>\n <li>b\n  <ul>\n   <li>c</li>\n  </ul>\n </li>\n</ul>\n", "• a\n• b\n  • c"),
        ("<p>Buy</p><ol start='3'><li>milk</li><li>bread</li></ol><p>now</p>", "Buy\n\n3. milk\n4. bread\n\nnow"),
        ("<ol><li>a<ul><li>b</li></ul></li><li value='7'>c</li><li>d</li></ol>", "1. a\n   • b\n7. c\n8. d"),
        ("<ol reversed start=2><li>a<li>b</ol>", "2. a\n1. b"),
        ("<ol type='a'><li>x</li><li>y</li></ol>", "a. x\nb. y"),
        ("<ol start='99999999999999999999'><li>a</li></ol>", "1. a"),
        ("<ol><li></li><li>b</li></ol>", "2. b"),
        ("<blockquote><p>one</p><p>two</p></blockquote><p>me</p>", "> one\n>\n> two\n\nme"),
        ("<blockquote>x<br>y<blockquote>z</blockquote></blockquote>", "> x\n> y\n>\n> > z"),
        ("<blockquote><ul><li>a</li><li>b</li></ul></blockquote>", "> • a\n> • b"),
        ("<blockquote><pre>a\n  b</pre></blockquote>", "> a\n>   b"),
        ("<table><tr><th>Name</th><th>Age</th></tr><tr><td>Ann</td><td>7</td></tr></table>", "Name | Age\nAnn | 7"),
        ("<table><tr><td><p>a</p></td><td></td><td><p>b</p><p>c</p></td></tr></table>", "a | | b c"),
        ("<table><tr><td>a<td>b<tr><td><td>c</table>d", "a | b\n| c\n\nd"),
        ("<p>a</p><hr><p>b</p><hr/>", "a\n\n---\n\nb"),
        ("<hr>a", "a"),
        ("<dl><dt>Term</dt><dd>What it is</dd><dt>Other</dt><dd><p>x</p></dd></dl>", "Term\n  What it is\nOther\n  x"),
        (
            "<figure><img src='https://a.example/1' alt='x'><figcaption>At dusk</figcaption></figure><p>b</p>",
            "At dusk\n\nb",
        ),
        ("<h1>Title</h1><p>a</p>", "Title\n\na"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<p>a <b> b</b>  c</p>", "a b c"),
        ("<p>a <br> b</p>", "a\nb"),
        ("<p>a<p>b", "a\n\nb"),
        ("<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>", "漢(かん)"),
        ("<p>so <q>it</q> is</p>", "so “it” is"),
        ("hi <img class='emoji' alt=':gull:' src='https://a.example/g.png'> x", "hi :gull: x"),
        ("<pre><code>\nif a:\n    b\n</code></pre>", "if a:\n    b"),
        ("<ul>" * 30 + "<li>deep", "• deep"),
    ],
)
def test_blocks_look_as_a_person_types_them(html: str, text: str) -> None:
    assert html_to_text(html)[0] == text


def test_quote_line_is_left_out_only_where_the_quote_is_shown() -> None:
    link = 'RE: <a href="https://far.example/@bob/1">far.example/@bob/1</a>'
    for html in (
        f'<p class="quote-inline">{link}</p><p>mine</p>',
        f'mine<span class="quote-inline"><br/>{link}</span>',
    ):
        assert html_to_text(html, quote_shown=True) == ("mine", [])
        text, (anchor,) = html_to_text(html)
        assert "RE: far.example/@bob/1" in text
        assert (text[anchor.start : anchor.end], anchor.href) == ("far.example/@bob/1", "https://far.example/@bob/1")


def test_link_around_a_picture_is_a_link_without_a_span() -> None:
    text, (anchor,) = html_to_text('<p>see <a href="https://a.example/x"><img src="https://a.example/i.png"></a></p>')
    assert (text, anchor.start, anchor.end, anchor.href) == ("see", 3, 3, "https://a.example/x")


_pieces = st.sampled_from(
    [
        *("<p>", "</p>", "<br>", "<hr>", "<ul>", "<ol start=3>", "<li>", "</li>", "</ul>", "</ol>", "<blockquote>"),
        *("</blockquote>", "<table>", "<tr>", "<td>", "</td>", "</table>", "<dl>", "<dt>", "<dd>", "</dl>", "<pre>"),
        *("</pre>", "<a href='https://a.example/'>", "</a>", "<span class='invisible'>", "<span class='ellipsis'>"),
        *("</span>", "<p class='quote-inline'>", "<q>", "</q>", "<rt>", "</rt>", "<img class='emoji' alt=':x:'>"),
        *("word", " ", "\n", "  two words ", "😀", "&amp;", "é", "#tag", "@ann", "\u00a0"),
    ]
)


@given(st.lists(_pieces, max_size=40).map("".join), st.booleans())
@settings(max_examples=300, deadline=None)
def test_links_stay_within_the_text_in_order(html: str, shown: bool) -> None:
    text, anchors = html_to_text(html, quote_shown=shown)
    assert text == text.strip()
    end = 0
    for anchor in anchors:
        assert end <= anchor.start <= anchor.end <= len(text)
        end = anchor.end
        shown_part = text[anchor.start : anchor.end]
        assert shown_part == shown_part.rstrip(" ")


_PIECES = st.sampled_from(
    (
        *(
            "<p>",
            "</p>",
            "<br>",
            "<br />",
            "<br/>",
            "</br>",
            "<hr/>",
            "<ul>",
            "<li>",
            "</li>",
            "</ul>",
            "</a>",
            "</span>",
        ),
        *('<a href="https://a.example/?x=1&amp;y=2&amp;copy=3" class="u-url mention" rel="tag nofollow">', "<a>"),
        *(
            '<a href="https://a.example/é\n" />',
            '<span class="invisible" class="ellipsis">',
            '<p lang="">',
            "<B>",
            "<h1 >",
        ),
        *("word", " ", "\n", "a &amp; b", "&lt;p&gt;", "&copy", "&#x1F600;", "&", "#harbour", "漢字", "\xa0", ">", '"'),
        *("<", "<x>", "</p", "<p class=a>", "<p class='a'>", "<!-- c -->", '<a href="&copy=1">', "<script>", "</ p>"),
    )
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=12).map("".join))
def test_quick_reading_of_html_gives_what_the_parser_gives(html: str) -> None:
    assert plain_tokens(html) in (None, parsed_tokens(html))


def test_html_that_servers_write_is_read_quickly() -> None:
    link = (
        '<a href="https://a.example/?a=1&amp;b=2" target="_blank" rel="nofollow noopener" translate="no">'
        '<span class="invisible">https://</span><span class="ellipsis">a.example/?a=1</span></a>'
    )
    tag = '<a href="https://a.example/tags/sea" class="mention hashtag" rel="tag">#<span>sea</span></a>'
    assert plain_tokens(f"<p>Calm &amp; bright<br />{link}</p><p>{tag} &#39;now&#39;</p>") is not None
    assert plain_tokens("<p>a</p><script>b</script>") is None
