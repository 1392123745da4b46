"""A card in a browser: its lines and links, pictures through the proxy, what can be done with a post on its network."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from pipeline.post import Author, Counts, Entity, Link, Media, Post, ReplyTo
from tests.ui import records
from tests.ui.conftest import OpenPage, until
from tests.ui.simulator import Simulator, now

NUMBER = 700_000


def made(at: int = 0, **changes: object) -> Post:
    """Return a post that says little, newer than all others of the server."""
    plain: dict[str, Any] = {
        "entities": [],
        "hashtags": [],
        "links": [],
        "hosts": [],
        "text": f"quiet harbour {at}",
        "lang": "en",
    }
    return records.post(NUMBER + at, now() + at, **(plain | changes))


def card_of(page: Page, post: Post) -> Locator:
    card = page.locator(f'#list article[data-id="{post.id}"]')
    card.wait_for()
    return card


def pictured(at: int = 0, **changes: object) -> Post:
    """Return a post with a face and a picture."""
    author = Author("a", "ada", "Ada", avatar="https://faces.example/ada.png", followers=1_650)
    media = [Media("image", "https://pictures.example/1.jpg", alt="A ferry in the harbour")]
    return made(at, **({"author": author, "media": media} | changes))


@pytest.fixture
def proxied(simulator: Simulator) -> Simulator:
    simulator.page["images"] = "proxy"
    return simulator


def test_a_card_has_all_its_lines_and_links(simulator: Simulator, open_page: OpenPage) -> None:
    text = "Hello @mara and #storm see https://t.example/x"
    post = made(
        id="x:55",
        source="x",
        text=text,
        entities=[
            Entity("mention", 6, 11, "mara"),
            Entity("hashtag", 16, 22, "storm"),
            Entity("link", 27, len(text), "https://www.example.org/report/7"),
        ],
        hashtags=["storm"],
        links=[Link("https://www.example.org/report/7", "Warning level 3 from 21:00")],
        author=Author("a", "ada", "Ada Byron", followers=1_234_567, verified=True),
        counts=Counts(7, 1_749, 0, 65_200),
        reply_to=ReplyTo("x:1", "m", "mara"),
        url="https://x.com/ada/status/1",
    )
    simulator.put([post], live=False)
    card = card_of(open_page(f"{simulator.url}/?q=storm"), post)
    for words in (
        "Ada Byron",
        "@ada",
        "X",
        "1.2M followers",
        "Replying to @mara",
        "Warning level 3 from 21:00",
        "example.org",
    ):
        expect(card).to_contain_text(words)
    expect(card.get_by_role("img", name="verified")).to_be_visible()
    assert [one.strip() for one in card.locator(".counts").locator("a, [role=img]").all_inner_texts()] == [
        "7",
        "1.7K",
        "65.2K",
    ]
    expect(card.get_by_role("link", name="1,749 reposts. Repost on X")).to_be_visible()
    expect(card.locator("mark")).to_have_text("storm")
    expect(card.locator("time a")).to_have_attribute("href", "https://x.com/ada/status/1")
    link = card.get_by_role("link", name="https://t.example/x")
    expect(link).to_have_attribute("href", "https://www.example.org/report/7")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(card.locator(".text")).to_have_attribute("lang", "en")
    title = card.page.locator("#column-title")
    for name, adds in (("@mara", "@mara"), ("example.org", "url:example.org"), ("Ada Byron", "from:ada")):
        card.get_by_role("link", name=name, exact=True).click()
        expect(title).to_have_text(f"storm {adds}")
        card.page.locator(".toast").get_by_role("button", name="Undo").click()
        expect(title).to_have_text("storm")


def test_on_x_numbers_are_the_way_to_do_the_same_elsewhere_the_post_is_opened(
    simulator: Simulator, open_page: OpenPage
) -> None:
    of_x = made(1, id="x:1234567890", source="x", url="https://x.com/ada/status/1234567890")
    of_bluesky = made(2, source="bluesky", url="https://bsky.app/profile/ada/post/1")
    of_nowhere = made(3, source="mastodon", url="")
    simulator.put([of_x, of_bluesky, of_nowhere], live=False)
    page = open_page(f"{simulator.url}/?q=quiet")
    links = card_of(page, of_x).locator(".counts a").evaluate_all("all => all.map(one => one.href)")
    assert links == [
        "https://x.com/intent/post?in_reply_to=1234567890",
        "https://x.com/intent/retweet?tweet_id=1234567890",
        "https://x.com/intent/like?tweet_id=1234567890",
    ]
    card = card_of(page, of_bluesky)
    assert card.locator(".counts a, .counts button").count() == 0
    card.hover()
    expect(card.get_by_role("link", name="Open on")).to_have_attribute("href", "https://bsky.app/profile/ada/post/1")
    assert card_of(page, of_nowhere).get_by_role("link", name="Open on").count() == 0
    dead = page.locator("#list a:not([href]), #list button:disabled")
    assert dead.count() == 0


def test_actions_show_on_hover_and_focus_and_always_on_touch(simulator: Simulator, open_page: OpenPage) -> None:
    seen = "one => getComputedStyle(one).color !== 'rgba(0, 0, 0, 0)'"
    page = open_page(simulator.url)
    card = page.locator("#list article").first
    card.wait_for()
    page.locator(".live").click()
    mute = card.get_by_role("button", name="Mute")
    assert not mute.evaluate(seen)
    card.hover()
    assert mute.evaluate(seen)
    page.mouse.move(5, 5)
    page.keyboard.press("j")
    assert page.locator("article:focus").get_by_role("button", name="Mute").evaluate(seen)
    phone = open_page(simulator.url, width=390, height=800, has_touch=True, is_mobile=True)
    phone.get_by_role("button", name="Mute").first.wait_for()
    assert phone.get_by_role("button", name="Mute").first.evaluate(seen)


def test_pictures_come_through_the_proxy_by_post_and_from_no_other_host(
    proxied: Simulator, open_page: OpenPage
) -> None:
    post = pictured()
    proxied.put([post], live=False)
    page = open_page(proxied.url)
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    page.reload()
    card = card_of(page, post)
    picture = card.get_by_role("img", name="A ferry in the harbour")
    expect(picture).to_have_js_property("naturalWidth", 640)
    expect(card.locator(".avatar img")).to_have_js_property("naturalWidth", 640)
    box = card.locator(".still").bounding_box()
    assert box is not None
    assert box["width"] / box["height"] == pytest.approx(16 / 9, rel=0.01)
    assert {urlsplit(one).netloc for one in asked if not one.startswith("data:")} == {urlsplit(proxied.url).netloc}
    pictures = {unquote(urlsplit(one).path) for one in asked if "/img/" in one}
    assert {f"/img/{post.id}/0", f"/img/{post.id}/avatar"} <= pictures
    proxied.delete([post.id])
    expect(page.locator(f'img[src*="{post.id.replace(":", "%3A")}"]')).to_have_count(0)


def test_with_pictures_off_a_face_is_an_initial_and_nothing_is_asked_for(
    simulator: Simulator, open_page: OpenPage
) -> None:
    post = pictured()
    simulator.put([post], live=False)
    card = card_of(open_page(simulator.url), post)
    expect(card.locator(".avatar")).to_have_text("A")
    assert card.locator("img, .covered").count() == 0
    assert not [one for one in simulator.requests if one.startswith("/img/")]


def test_a_picture_that_cannot_be_had_is_an_initial(proxied: Simulator, open_page: OpenPage) -> None:
    post = pictured()
    page = open_page(proxied.url)
    refused: list[str] = []

    def refuse(route: Route) -> None:
        refused.append(route.request.url)
        route.fulfill(status=404)

    page.route("**/img/**", refuse)
    proxied.put([post])
    card = card_of(page, post)
    until(page, lambda: len(refused) >= 2)
    expect(card.locator(".avatar")).to_have_text("A")
    expect(card.locator("img")).to_have_count(0)
    proxied.put([pictured(1)])
    card_of(page, pictured(1))  # the same face; and the former card is drawn again, as the second
    until(page, lambda: len(refused) >= 3)
    page.wait_for_timeout(500)
    paths = [unquote(urlsplit(one).path) for one in refused]
    assert sorted(paths) == sorted([f"/img/{post.id}/avatar", f"/img/{post.id}/0", f"/img/{pictured(1).id}/0"])


def test_what_is_sensitive_is_covered_until_it_is_asked_for(proxied: Simulator, open_page: OpenPage) -> None:
    post = pictured(sensitive=True)
    proxied.put([post], live=False)
    card = card_of(open_page(proxied.url), post)
    cover = card.get_by_role("button", name="Marked sensitive · Show")
    expect(cover).to_be_visible()
    assert f"/img/{post.id}/0" not in {unquote(one) for one in proxied.requests}
    cover.click()
    expect(card.get_by_role("img", name="A ferry in the harbour")).to_have_js_property("naturalWidth", 640)


@pytest.mark.parametrize(("kind", "badge"), [("video", "Video"), ("gif", "GIF")])
def test_a_film_is_a_still_that_says_so_and_leads_to_its_post(
    proxied: Simulator, open_page: OpenPage, kind: str, badge: str
) -> None:
    film = Media(kind, "https://pictures.example/1.mp4", preview="https://pictures.example/1.jpg")
    post = pictured(media=[film], url="https://bsky.app/profile/ada/post/1")
    proxied.put([post], live=False)
    still = card_of(open_page(proxied.url), post).locator(".still")
    expect(still).to_have_text(badge)
    expect(still.get_by_role("link")).to_have_attribute("href", "https://bsky.app/profile/ada/post/1")
    expect(still.get_by_role("img", name="Video preview")).to_be_visible()


def test_the_reader_chooses_whether_pictures_are_shown(proxied: Simulator, open_page: OpenPage) -> None:
    post = pictured()
    proxied.put([post], live=False)
    page = open_page(proxied.url)
    card = card_of(page, post)
    menu = page.get_by_role("button", name="Column menu")

    def choose(label: str) -> None:
        menu.click()
        page.get_by_role("dialog").get_by_label(label, exact=True).click()
        page.keyboard.press("Escape")

    choose("cover")
    expect(card.get_by_role("button", name="A picture · Show")).to_be_visible()
    choose("hide")
    expect(card.locator(".still, .covered")).to_have_count(0)
    choose("Profile pictures")
    expect(card.locator(".avatar")).to_have_text("A")
    page.reload()
    expect(card.locator(".avatar")).to_have_text("A")
    assert card.locator("img").count() == 0


def test_a_quoted_post_is_shown_until_it_is_withdrawn(simulator: Simulator, open_page: OpenPage) -> None:
    quoted = made(1, text="the ferry leaves at nine", author=Author("m", "mara", "Mara"))
    quoting = made(2, text="not today", quote_of=quoted.id)
    simulator.put([quoted, quoting], live=False)
    page = open_page(f"{simulator.url}/?q=today")
    quote = card_of(page, quoting).locator("blockquote")
    expect(quote).to_contain_text(re.compile(r"Mara\s*@mara\s*the ferry leaves at nine"))
    simulator.delete([quoted.id])
    expect(quote).to_have_count(0)
