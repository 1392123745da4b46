"""Words of a story: each invented story's word is among the first ten of its posts, in every script and form."""

from __future__ import annotations

import pytest

from pipeline.query.document import describe
from pipeline.query.evaluate import matches
from pipeline.query.parser import parse
from pipeline.store.post_json import encode_post
from pipeline.store.top_values import TopCounter, WordBackground, is_word, merge_forms
from pipeline.store.top_values.background import MIN_POSTS
from pipeline.store.top_values.counted_post_fields import decode_view
from pipeline.store.top_values.words import tokens
from tests.store.builders import post

STORIES = {
    "Chinese, earthquake": (
        "地震",
        4,
        "北京今天发生地震，很多人跑到街上。",
        "刚才的地震你们感觉到了吗？",
        "地震之后学校停课",
        "专家说这次地震不大",
        "我家的猫很害怕",
    ),
    "Chinese, a name that no dictionary has": (
        "林若岚",
        4,
        "林若岚今晚唱了新歌",
        "喜欢林若岚的声音",
        "林若岚宣布明年巡演",
        "新歌是林若岚自己写的",
        "今晚的月亮真圆",
    ),
    "Chinese in traditional letters": (
        "颱風",
        4,
        "颱風要來了，大家小心",
        "因為颱風停班停課",
        "這個颱風很強",
        "颱風假在家看書",
        "晚餐吃什麼",
    ),
    "Japanese, typhoon": (
        "台風",
        4,
        "台風19号が近づいています。",
        "明日は台風で学校が休みになりそう",
        "台風のせいで電車が止まった",
        "大きな台風が来るらしい",
        "猫がかわいい",
    ),
    "Japanese in katakana": (
        "マラソン",
        4,
        "今日は市民マラソンの日です",
        "マラソンを応援しに行く",
        "初めてのマラソン完走した！",
        "マラソンで道が混んでいる",
        "お昼はカレーにした",
    ),
    "Thai, flood": (
        "น้ำท่วม",
        4,
        "น้ำท่วมกรุงเทพวันนี้หนักมาก",
        "ถนนหน้าบ้านน้ำท่วมแล้ว",
        "รถติดเพราะน้ำท่วม",
        "ระวังน้ำท่วมช่วงค่ำนี้นะ",
        "กินข้าวกับแม่",
    ),
    "Korean with particles": (
        "지진",
        5,
        "방금 지진이 났어요",
        "부산에서 지진을 느꼈다",
        "지진은 무서워",
        "지진 때문에 잠을 못 잤어",
        "강한 지진에 놀란 시민들",
        "고양이가 귀엽다",
    ),
    "Korean, never without a particle": (
        "태풍",
        3,
        "태풍이 온다",
        "태풍을 조심하세요",
        "태풍은 내일 지나간다",
        "점심은 비빔밥",
    ),
    "Arabic with article and prepositions": (
        "زلزال",
        5,
        "زلزال قوي يضرب المدينة",
        "شعرنا بالزلزال قبل قليل",
        "الزلزال أيقظ أطفالي",
        "خسائر كبيرة للزلزال والزلزال مستمر",
        "وزلزال آخر في الشمال",
        "صباح الخير يا أصدقاء",
    ),
    "Arabic, three letters": (
        "حرب",
        4,
        "لا نريد الحرب",
        "حرب جديدة تبدأ",
        "أطفال يهربون من الحرب",
        "الخوف من حرب طويلة",
        "قهوة الصباح",
    ),
    "Hebrew with prefixes": (
        "שריפה",
        4,
        "שריפה גדולה ליד הכפר",
        "השריפה התקרבה לבתים",
        "כבאים נלחמים בשריפה",
        "עשן רב מהשריפה",
        "בוקר טוב לכם",
    ),
    "Hebrew abbreviation": (
        "מד״א",
        3,
        'צוותי מד"א בדרך למקום',
        "מד״א: שני פצועים קל",
        'לפי מד"א אין נפגעים',
        "איזה יום יפה",
    ),
    "Hindi": (
        "भूकंप",
        3,
        "दिल्ली में भूकंप के झटके",
        "भूकंप से लोग घरों से निकले",
        "क्या आपको भूकंप महसूस हुआ",
        "चाय बहुत अच्छी है",
    ),
    "Lao": (
        "ນ້ຳຖ້ວມ",
        3,
        "ນ້ຳຖ້ວມໃນວຽງຈັນມື້ນີ້",
        "ລະວັງນ້ຳຖ້ວມ",
        "ຖະໜົນນ້ຳຖ້ວມ",
        "ກິນເຂົ້າ",
    ),
    "English, capitals of three letters": (
        "ICE",
        3,
        "Protest against ICE downtown",
        "The mayor answers ICE in a letter",
        "ICE vans seen near the market",
        "The road is slippery",
    ),
    "English, capitals of two letters": (
        "EU",
        3,
        "The EU agrees on a fishing quota",
        "What the EU gets wrong about bees",
        "EU ministers meet in Tallinn",
        "It was a long day for us",
    ),
    "English, letters with a digit": (
        "G20",
        3,
        "Farmers march before the G20 summit",
        "The G20 and the price of rice",
        "g20 motorcade blocks the bridge",
        "Nothing on 20 May",
    ),
    "English, three small letters": (
        "war",
        3,
        "Stop the war",
        "My grandmother remembers the war",
        "No end of this war in sight",
        "A quiet evening by the lake",
    ),
    "Russian, three letters": (
        "суд",
        3,
        "Суд отложил заседание",
        "Завтра снова суд",
        "Ждём, что решит суд",
        "Кот спит на окне",
    ),
    "Russian, capitals": (
        "МЧС",
        3,
        "Сотрудники МЧС на месте",
        "МЧС предупредило о ветре",
        "Звонил в МЧС, едут",
        "Тихий вечер",
    ),
}


def _counter(texts: list[str]) -> TopCounter:
    counter = TopCounter("words")
    for number, text in enumerate(texts):
        counter.add(encode_post(post(number, text)), None)
    merge_forms([counter])
    return counter


@pytest.mark.parametrize("story", STORIES)
def test_word_of_a_story_is_among_the_first_ten_with_every_post_that_has_it(story: str) -> None:
    word, posts, *texts = STORIES[story]
    assert isinstance(posts, int)
    first = _counter([str(text) for text in texts]).items(10)
    assert (word, posts) in [(item.value, item.count) for item in first]


@pytest.mark.parametrize("story", STORIES)
def test_search_for_the_forms_of_a_word_finds_its_posts(story: str) -> None:
    word, posts, *texts = STORIES[story]
    (item,) = [item for item in _counter([str(text) for text in texts]).items(10) if item.value == word]
    quoted = ['"{}"'.format(form.replace("״", " ")) for form in item.forms or [item.value]]
    query = parse(" OR ".join(quoted))
    found = [text for text in texts if matches(query.root, describe(post(1, str(text)), None))]
    assert len(found) == posts


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("TRUMP AND THE EU AGREE ON ICE", {"trump", "agree", "ice"}),
        ("NO WAY, not you, OK?", set()),
        ("the us and it and who", set()),
        ("Why the US left the WHO", {"US", "WHO", "left"}),
        ("5G at 5PM, 20KM, 1ST of 10K, an F16 and an A380", {"5G", "F16", "A380"}),
        ("ice in the EU_ICE file", {"EU", "ICE", "file"}),
        ("NATO and USA", {"nato", "USA"}),
    ],
)
def test_short_words_count_in_capitals_where_capitals_say_something(text: str, words: set[str]) -> None:
    assert {token for token in tokens(decode_view(encode_post(post(1, text)))) if is_word(token)} == words


def test_word_of_another_language_may_be_a_stop_word_of_this_one() -> None:
    english, german = post(1, "the war goes on"), post(2, "das war es", lang="de", langs=["de"])
    assert "war" in tokens(decode_view(encode_post(english)))
    assert "war" not in tokens(decode_view(encode_post(german)))


def test_word_that_only_begins_like_another_stays_its_own() -> None:
    texts = [
        "وزير جديد",
        "وزير الصحة",
        "زيارة",
        "고양이 사진",
        "고양이 두 마리",
        "고양 시민",
        "מדינה קטנה",
        "מדינה יפה",
        "המדינה שלנו",
    ]
    counts = {item.value: item.count for item in _counter(texts).items(30)}
    assert counts["وزير"] == 2
    assert counts["מדינה"] == 3
    assert "דינה" not in counts


def test_forms_are_told_most_frequent_first_and_a_post_counts_once() -> None:
    counter = _counter(["الزلزال والزلزال", "زلزال", "الزلزال", "بالزلزال"])
    (item,) = [item for item in counter.items(9) if item.value == "زلزال"]
    assert (item.count, item.forms) == (4, ["الزلزال", "بالزلزال", "زلزال", "والزلزال"])


def test_joined_name_takes_its_pieces_in_and_leaves_no_trace_of_them() -> None:
    counter = _counter(["林若岚来了", "看林若岚", "林若岚唱歌"])
    values = [item.value for item in counter.items(20)]
    assert "林若岚" in values
    assert not {"若岚", "林若", "若"} & set(values)
    assert all("\x1f" not in value for value in values)
    background = WordBackground()
    for number in range(MIN_POSTS):
        background.add(encode_post(post(number, "看林若岚")), None)
    _, rows = background.take()
    assert "林若岚" in {word for _, word, _ in rows}
