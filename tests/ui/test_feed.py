"""The list: live, paused, past; what moves and what does not; what leaves; what is folded."""

from __future__ import annotations

from playwright.sync_api import Page, Route, expect

from pipeline.post import Counts, Deletion
from pipeline.store.contract import Writes
from tests.ui import records
from tests.ui.conftest import OpenPage, articles, until
from tests.ui.simulator import Simulator, now


def top_of(page: Page, post_id: str) -> float:
    box = page.locator(f'[data-id="{post_id}"]').bounding_box()
    assert box is not None
    return box["y"]


def at_rest(page: Page) -> None:
    """Wait until the list has stood still for as long as two looks are apart."""
    seen: list[float] = []

    def rests() -> bool:
        seen.append(page.locator("#list").evaluate("one => one.scrollTop"))
        return len(seen) > 3 and len(set(seen[-3:])) == 1

    until(page, rests)


def scroll(page: Page, pixels: int) -> None:
    page.locator("#list").hover()
    page.mouse.wheel(0, pixels)
    at_rest(page)


def test_new_posts_appear_at_the_top_while_live(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    expect(page.locator("#list article").first).to_be_visible()
    simulator.put([records.post(9_001, now())])
    expect(page.locator("#list article").first).to_have_attribute("data-id", records.post(9_001, now()).id)
    expect(page.get_by_role("button", name="Live. Press to pause")).to_be_visible()


def test_nothing_moves_under_a_reader_and_the_top_resumes(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    expect(page.locator("#list article").nth(5)).to_be_visible()
    scroll(page, 900)
    read = articles(page)[6]
    before = top_of(page, read)
    ids = [records.post(number, now()) for number in range(9_100, 9_112)]
    simulator.put(ids)
    expect(page.get_by_role("button", name="Paused, 12 new. Press to resume")).to_be_visible()
    simulator.delete([articles(page)[2]])
    page.wait_for_timeout(300)
    assert abs(top_of(page, read) - before) < 1
    scroll(page, -5_000)
    expect(page.get_by_role("button", name="Live. Press to pause")).to_be_visible()
    assert articles(page)[0] in {one.id for one in ids}


def test_the_live_button_pauses_at_the_top_and_a_key_shows_the_newest(
    simulator: Simulator, open_page: OpenPage
) -> None:
    page = open_page(simulator.url)
    expect(page.locator("#list article").first).to_be_visible()
    page.get_by_role("button", name="Live. Press to pause").click()
    first = articles(page)[0]
    simulator.put([records.post(9_200, now())])
    expect(page.get_by_role("button", name="Paused, 1 new. Press to resume")).to_be_visible()
    assert articles(page)[0] == first
    page.keyboard.press(".")
    expect(page.locator("#list article").first).to_have_attribute("data-id", records.post(9_200, 0).id)


def test_a_focused_post_that_goes_hands_its_focus_to_its_neighbour(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    expect(page.locator("#list article").nth(3)).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    focused, after = articles(page)[1], articles(page)[2]
    assert page.evaluate("document.activeElement.dataset.id") == focused
    simulator.put([records.post(9_300, now())])
    simulator.delete([focused])
    expect(page.locator(f'[data-id="{after}"]')).to_be_focused()
    expect(page.locator(f'[data-id="{focused}"]')).to_have_text("Deleted by its author or network")
    assert records.post(9_300, 0).id not in articles(page)


def test_withdrawn_and_unmatched_posts_leave_and_do_not_come_back(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    expect(page.locator("#list article").nth(2)).to_be_visible()
    first, second = articles(page)[:2]
    simulator.delete([first])
    simulator.gone([(second, now() + 1_000_000)])
    expect(page.locator(f'[data-id="{first}"]')).to_have_count(0)
    expect(page.locator(f'[data-id="{second}"]')).to_have_count(0)
    number = int(first.partition(":")[2]) - 1_000_000
    stale = records.post(number, now() - 4_000)
    assert stale.id == first
    simulator.put([stale])
    simulator.put([records.post(9_400, now())])
    expect(page.locator("#list article").first).to_have_attribute("data-id", records.post(9_400, 0).id)
    assert first not in articles(page)


def test_counts_climb_in_place(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    at = now()
    made = records.post(9_500, at)
    simulator.put([made])
    card = page.locator(f'[data-id="{made.id}"]')
    expect(card).to_be_visible()
    simulator.put([records.post(9_500, at, version=at + 60_000, counts=Counts(1, 1700, 0, 2))])
    expect(card.get_by_role("img", name="1,700 reposts")).to_have_text("1.7K")
    expect(card.get_by_role("img", name="1 reply")).to_have_text("1")


def test_a_repost_is_a_line_on_its_original_and_near_duplicates_fold(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    text = "Wind has turned. The storm front is over the outer islands now, ferries stay in port until further notice"
    first = records.post(9_600, now() - 5_000, text=text, entities=[])
    simulator.put([first, *(records.repost(number, first, now()) for number in range(5))])
    alike = [records.post(9_601 + n, now(), text=f"{text}!! https://x.example/{n}", entities=[]) for n in range(3)]
    simulator.put(alike)
    card = page.locator(f'[data-id="{first.id}"]')
    expect(card.get_by_role("button", name="5 reposts")).to_be_visible()
    expect(card.get_by_role("button", name="3 similar")).to_be_visible()
    for one in alike:
        expect(page.locator(f'[data-id="{one.id}"]')).to_have_count(0)
    expect(page.locator(".examples")).to_be_visible()
    card.get_by_role("button", name="3 similar").click(delay=150)  # as long as a person's; the list pauses meanwhile
    expect(card.locator(".under li")).to_have_count(3)


def test_lagged_is_answered_by_subscribing_again_from_the_last_whole_frame(
    simulator: Simulator, open_page: OpenPage
) -> None:
    page = open_page(simulator.url)
    expect(page.locator("#list article").first).to_be_visible()
    simulator.put([records.post(9_700, now())])
    expect(page.locator("#list article").first).to_have_attribute("data-id", records.post(9_700, 0).id)
    seen = simulator.seq
    simulator.lag()
    until(page, lambda: len(simulator.subscribes) > 1)
    assert simulator.subscribes[-1]["after"] == seen


def test_after_a_lost_connection_nothing_is_missing_and_nothing_twice(
    simulator: Simulator, open_page: OpenPage
) -> None:
    page = open_page(simulator.url)
    expect(page.locator(".loaded")).to_have_text("300 loaded")
    simulator.drop(1012)
    expect(page.locator(".status")).to_have_attribute("data-kind", "reconnecting")
    missed = [records.post(number, now()) for number in range(9_800, 9_803)]
    simulator.put(missed)
    expect(page.locator(".status")).to_have_attribute("data-kind", "live", timeout=15_000)
    for one in missed:
        expect(page.locator(f'[data-id="{one.id}"]')).to_have_count(1)
    assert simulator.subscribes[-1]["after"] is not None


def test_rankings_are_of_originals_in_pages(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(f"{simulator.url}/?sort=likes")
    expect(page.locator("#list article")).to_have_count(25)
    likes = page.locator("#list article .number.of-2").all_inner_texts()
    numbers = [int(text.split()[0]) for text in likes]
    assert numbers == sorted(numbers, reverse=True)
    page.get_by_label("Posts per page").select_option("5")
    expect(page.locator("#list article")).to_have_count(5)
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".pager")).to_contain_text("Page 2 of")
    expect(page.locator("#list article").first).to_have_attribute("aria-posinset", "6")


def test_a_deep_list_keeps_few_cards_in_the_document(simulator: Simulator, open_page: OpenPage) -> None:
    simulator.put([records.post(number, now() - number * 50) for number in range(20_000, 24_500)], live=False)
    page = open_page(simulator.url)
    expect(page.locator(".depth")).to_contain_text("4,800 loaded")
    for _ in range(12):
        scroll(page, 4_000)
    assert len(articles(page)) < 80
    assert page.evaluate("document.querySelector('#list').scrollTop") > 20_000


def test_a_post_full_of_hostile_markup_stays_text(simulator: Simulator, open_page: OpenPage) -> None:
    simulator.page["images"] = "proxy"
    page = open_page(simulator.url, height=9_000)
    expect(page.locator("#list article").first).to_be_visible()
    evil = records.hostile(now())
    simulator.put(evil)
    card = page.locator(f'[data-id="{evil[0].id}"]')
    expect(card).to_contain_text("<script>window.hacked = 1</script>")
    assert page.evaluate("window.hacked") is None
    assert page.locator("#list script, #list svg[onload], #list [onerror]").count() == 0
    hrefs = page.eval_on_selector_all("#list a", "all => all.map(one => one.protocol)")
    assert set(hrefs) <= {"http:", "https:"}
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for one in evil:
        page.locator(f'[data-id="{one.id}"]').scroll_into_view_if_needed()
        box = page.locator(f'[data-id="{one.id}"] .body').bounding_box()
        assert box is not None
        assert box["width"] < 680


SCROLLED = """async () => {
  const list = document.querySelector("#list");
  const bare = new Set();
  const watch = new MutationObserver(changes => changes.forEach(change => change.addedNodes.forEach(one => {
    if (one.dataset?.id && !one.querySelector(".actions")) bare.add(one.dataset.id);
  })));
  watch.observe(list, { childList: true, subtree: true });
  for (let step = 0; step < 30; step++) {
    list.scrollTop += 400;
    await new Promise(requestAnimationFrame);
  }
  watch.disconnect();
  return bare.size;
}"""


def test_cards_get_their_actions_when_the_list_has_come_to_rest(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.locator("#list article .actions").first.wait_for(state="attached")
    bare = page.locator("#list article:not(:has(.actions))")
    expect(bare).to_have_count(0)
    assert page.evaluate(SCROLLED) > 3, "cards that come into view while it moves are drawn without them"
    expect(bare).to_have_count(0)
    assert page.evaluate("document.querySelector('#list').scrollTop") == 12_000, "actions change no height"


def test_posts_are_asked_for_once_and_before_the_page_itself_is_read(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.locator("#list article").first.wait_for()
    simulator.subscribes.clear()

    def late(route: Route) -> None:
        for _ in range(200):
            if simulator.subscribes:
                break
            page.wait_for_timeout(25)
        assert simulator.subscribes, "the search was not asked for before the page was there"
        route.continue_()

    page.route("**/assets/start-*.js", late)
    page.reload()
    page.locator("#list article").first.wait_for()
    expect(page.locator(".loaded")).to_have_text("300 loaded")
    assert [one["type"] for one in simulator.subscribes] == ["subscribe"]


def test_what_is_read_stays_while_newer_posts_take_its_room(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.evaluate("localStorage.setItem('murmuration', JSON.stringify({ depth: 500 }))")
    page.reload()
    expect(page.locator(".loaded")).to_have_text("300 loaded")
    scroll(page, 30_000)
    read = articles(page)[-3]
    before = top_of(page, read)
    simulator.put([records.post(number, now()) for number in range(10_000, 10_600)])
    expect(page.get_by_role("button", name="Paused, 500 new. Press to resume")).to_be_visible()
    expect(page.locator(f'article[data-id="{read}"]')).to_be_visible()
    assert abs(top_of(page, read) - before) < 1
    assert page.locator(".gone").count() == 0
    simulator.delete([read])
    expect(page.locator(f'[data-id="{read}"]')).to_have_text("Deleted by its author or network")


def test_a_finger_that_pulls_at_the_top_holds_the_list_until_it_is_lifted(
    simulator: Simulator, open_page: OpenPage
) -> None:
    page = open_page(simulator.url, width=375, has_touch=True, is_mobile=True)
    page.locator("#list article").first.wait_for()
    expect(page.locator(".examples")).to_be_visible()
    expect(page.locator(".histogram canvas")).to_be_visible()  # from now on the list stays where it is
    box = page.locator("#list article").first.bounding_box()
    assert box is not None
    fingers = page.context.new_cdp_session(page)

    def finger(kind: str, *down: float) -> None:
        points = [{"x": box["x"] + 150, "y": box["y"] + 40 + by} for by in down]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    finger("touchStart", 0)
    for by in (10, 30, 60, 90):
        finger("touchMove", by)
    expect(page.locator(".live")).to_contain_text("Paused")
    finger("touchEnd")
    expect(page.get_by_role("button", name="Live. Press to pause")).to_be_visible()
    simulator.put([records.post(9_001, now())])
    expect(page.locator("#list article").first).to_have_attribute("data-id", records.post(9_001, 0).id)


def test_who_mutes_by_keyboard_stays_where_they_read(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.locator("#list article").nth(5).wait_for()
    scroll(page, 3_000)
    page.locator("#list article:not(:has(.actions))").first.wait_for(state="detached")
    ids = articles(page)
    at = len(ids) // 2
    handle = page.locator(f'[data-id="{ids[at]}"] .handle').first.inner_text()
    page.locator(f'[data-id="{ids[at]}"]').get_by_role("button", name="Mute").focus()
    page.keyboard.press("Enter")
    page.locator(f'[data-id="{ids[at]}"]').wait_for(state="detached")
    after = next(one for one in ids[at + 1 :] if one in articles(page))
    expect(page.locator(f'[data-id="{after}"]')).to_be_focused()
    assert handle not in page.locator("#list .handle").all_inner_texts()


def test_older_posts_that_cannot_be_had_are_asked_for_again(simulator: Simulator, open_page: OpenPage) -> None:
    simulator.put([records.post(number, now() - number * 4_000) for number in range(20_000, 20_400)], live=False)
    page = open_page(simulator.url)
    page.evaluate("localStorage.setItem('murmuration', JSON.stringify({ depth: 500 }))")
    page.reload()
    expect(page.locator(".loaded")).to_have_text("500 loaded")
    page.route("**/api/search?*", lambda route: route.fulfill(status=503, body="{}"))
    scroll(page, 200_000)
    expect(page.locator(".end")).to_contain_text("could not be loaded")
    page.unroute("**/api/search?*")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".loaded")).to_have_text("599 loaded")
    for _ in range(4):
        scroll(page, 200_000)
    expect(page.locator(".end")).to_have_text("No older posts")
    expect(page.locator(".loaded")).to_have_text("700 loaded")
    ids = page.locator("#list article").evaluate_all("all => all.map(one => one.dataset.id)")
    assert len(set(ids)) == len(ids)


def test_a_page_beyond_the_last_of_a_ranking_is_the_last(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(f"{simulator.url}/?sort=likes")
    page.get_by_label("Posts per page").select_option("5")
    for _ in range(40):
        page.get_by_role("button", name="Next").click()
    expect(page.locator(".pager")).to_contain_text("Page 41 of 60")
    page.get_by_role("button", name="Column menu").click()
    page.get_by_role("textbox", name="Only these languages").fill("ja")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Next")).to_be_disabled()
    page.locator("#list article").first.wait_for()


def test_a_past_learns_what_was_withdrawn_while_nobody_could_tell(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(f"{simulator.url}/?from={now() - 600_000}&to={now()}")
    page.locator("#list article").nth(3).wait_for()
    page.wait_for_timeout(300)
    ids = articles(page)
    simulator.store.persist(Writes(deletions=[Deletion(ids[1], now())]), simulator.seq)
    simulator.drop(1012)
    expect(page.locator(f'[data-id="{ids[1]}"]')).to_have_class("gone", timeout=15_000)
    assert articles(page)[:2] == [ids[0], ids[2]]
