"""Contract tests of a sink: inherit from `SinkContract`, implement `sink()`, and let pytest collect the class.

    class TestWebhook(SinkContract):
        def sink(self):
            return Webhook({"url": …})

They check that a sink takes a minimal post, the same delivery twice, removed posts without a post, text of any
characters, and a second `open`.
"""

from __future__ import annotations

import msgspec

from pipeline.post import Author, Post
from pipeline.sinks.contract import Delivery, Sink


class SinkContract:
    """The tests, against a sink whose target is reachable."""

    def sink(self) -> Sink:
        """Return a new sink whose target is reachable."""
        raise NotImplementedError

    def test_it_takes_a_post_that_says_little(self) -> None:
        self._opened().deliver(Delivery("cats", [a_post()]))

    def test_it_takes_the_same_again(self) -> None:
        sink, delivery = self._opened(), Delivery("cats", [a_post(), a_post(2)])
        sink.deliver(delivery)
        sink.deliver(delivery)

    def test_it_takes_what_is_gone_without_a_post(self) -> None:
        self._opened().deliver(Delivery("cats", [], gone=["demo:1"], withdrawn=["demo:2"], missed=True))

    def test_it_takes_posts_of_any_letters(self) -> None:
        self._opened().deliver(Delivery("猫 OR <b>", [a_post(3, "猫 & <b>\u202e\x00 '\"")]))

    def test_it_opens_again(self) -> None:
        sink = self._opened()
        sink.open()
        sink.deliver(Delivery("cats", [a_post()]))

    def _opened(self) -> Sink:
        sink = self.sink()
        sink.open()
        return sink


def a_post(number: int = 1, text: str = "cats purr") -> dict[str, object]:
    """Return a post as it is delivered, with required fields only."""
    post = Post(
        id=f"demo:{number}",
        version=1,
        seq=1,
        source="demo",
        created_at=1_700_000_000_000,
        received_at=1_700_000_000_000,
        text=text,
        author=Author("1", "ada"),
    )
    found: dict[str, object] = msgspec.to_builtins(post)
    return found
