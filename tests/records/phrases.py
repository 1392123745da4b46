"""Ordinary phrases in many languages and scripts, written for these records; no post of anybody is quoted."""

from __future__ import annotations

PHRASES: dict[str, tuple[str, ...]] = {
    "en": (
        "the harbour is quiet this morning and the gulls are not",
        "i am in love with the new tram line",
        "thank you for the coffee, it's the best of the week",
        "good morning, the world is a small place today",
        "to be or not to be late for work again lol",
        "never follow a cat up a tree, i say",
        "you and i know the end of the story",
        "in the news: a bridge that does not move",
        "don't ask me about the year of the dog",
        "happy to see all of the lights on, happy new year",
        "the of the rings of the old clock at 12:30",
        "a love letter to the café at the corner",
        "we found coca-cola bottles in the a1 tunnel",
        "what is the point of seven keys and 7 doors",
        "music in the street, and the rain in the music",
        "follow the river, the river follows you",
        "report: the market opens with a storm over the window",
        "one photo of the mountain, and the summer is gone",
    ),
    "es": (
        "gracias por la tarde de ayer",
        "el barrio de la playa no duerme",
        "que no se diga que no llueve en abril",
        "la casa de la esquina tiene luz",
        "mañana salimos en el tren de las ocho",
        "qué alegría ver a los niños jugar",
    ),
    "pt": (
        "não sei que horas são",
        "o mar está calmo e a gente feliz",
        "bom dia, que café gostoso",
        "amanhã não tem aula por causa da chuva",
        "a rua de cima ficou sem luz",
    ),
    "fr": (
        "le marché de la gare est fermé",
        "l'été arrive, enfin du soleil",
        "je ne sais pas où est le chat",
        "quelle belle soirée au bord de l'eau",
        "rendez-vous à la fontaine à midi",
    ),
    "de": (
        "der Zug kommt heute später",
        "schöne Grüße aus der Straße am Fluss",
        "wer hat die Brötchen gezählt",
        "ich weiß nicht, was das soll",
        "Übermorgen wird es wärmer",
    ),
    "it": (
        "la piazza è piena di gente",
        "buongiorno a tutti dal molo",
        "che bella giornata di sole",
        "non c'è più pane",
    ),
    "nl": ("de fiets staat in de regen", "goedemorgen allemaal", "het water staat hoog vandaag", "geen idee waarom"),
    "sv": ("snön ligger kvar på bron", "god morgon från ön", "jag såg älgen igen", "tåget är försenat"),
    "pl": ("dzień dobry, zażółć gęślą jaźń", "pociąg się spóźnia", "kawa na ławę", "źle śpię przez księżyc"),
    "cs": ("příliš žluťoučký kůň", "dobré ráno z náměstí", "dnes prší celý den", "děkuji za čaj"),
    "tr": ("günaydın, çay hazır", "İstanbul'da ığdır ışığı", "bugün yağmur yağıyor", "şu an çok güzel"),
    "vi": ("chào buổi sáng", "hôm nay trời mưa to", "cà phê sữa đá ngon quá", "đường phố vắng vẻ"),
    "id": ("selamat pagi semua", "hujan turun sejak subuh", "kopi di warung itu enak", "jangan lupa payung"),
    "ru": ("привет всем", "не знаю, что делать", "сегодня идёт дождь", "ёлка всё ещё стоит", "при свете луны"),
    "uk": ("доброго ранку", "їжак біля ґанку", "сьогодні сонячно", "не спимо, п'ємо каву"),
    "el": ("καλημέρα από το λιμάνι", "η θάλασσα είναι ήρεμη", "πάμε για καφέ", "δεν ξέρω τι ώρα είναι"),
    "ar": ("صباح الخير يا أصدقاء", "المطر في المدينة اليوم", "القهوة في الصباح", "السلام عليكم", "مرحـــبا بكم"),
    "he": ("בוקר טוב לכולם", "הגשם יורד מאז הבוקר", "קפה ליד הים", "שָׁלוֹם עולם"),
    "fa": ("صبح بخیر دوستان", "باران می‌بارد", "چای تازه‌دم", "کتاب‌ها روی میز است"),
    "hi": ("सुप्रभात सबको", "आज बारिश हो रही है", "चाय और किताब", "नमस्ते दुनिया"),
    "bn": ("শুভ সকাল সবাইকে", "আজ বৃষ্টি হচ্ছে", "চা আর গল্প"),
    "ta": ("காலை வணக்கம்", "இன்று மழை பெய்கிறது", "தேநீர் நேரம்"),
    "th": ("สวัสดีตอนเช้า", "วันนี้ฝนตกหนัก", "กาแฟเย็นอร่อยมาก"),
    "ja": (
        "今日の日本は雨です",
        "人の少ない朝の港",
        "私の猫がまた木の上にいる",
        "コーヒーありがとうございます",
        "週末の日の出がきれい",
        "ｶﾀｶﾅとカタカナ",
    ),
    "ko": ("안녕 여러분", "오늘은 비가 옵니다", "커피 한 잔의 여유", "바다가 보고 싶다"),
    "zh": ("早上好，今天下雨", "港口的灯亮了", "喝一杯咖啡吧", "新的一年快乐"),
    "ka": ("დილა მშვიდობისა", "დღეს წვიმს", "ყავა ზღვასთან"),
    "am": ("እንደምን አደራችሁ", "ዛሬ ይዘንባል", "ቡና ጠጡ"),
    "sw": ("habari za asubuhi", "mvua inanyesha leo", "kahawa ni tamu"),
    "und": ("😂😂😂", "❤️ ❤️", "…", "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿 👋🏽"),
}
"""By language as BCP 47 names it; `und` holds no words."""

WEIGHTS: dict[str, int] = {"en": 30, "ja": 9, "es": 8, "pt": 6, "ar": 5, "und": 3}
"""How often each is written; the others count 2."""

TAGS: dict[str, tuple[str, ...]] = {
    "en": ("love", "news", "a", "nowplaying", "HarbourWatch", "storm2026", "mtl"),
    "es": ("Noticias", "mañana", "playa"),
    "de": ("Straßenbahn", "Grüße"),
    "ja": ("猫の日", "雨", "ﾈｺ", "コーヒー"),
    "ko": ("바다", "커피"),
    "ru": ("погода", "ёлка"),
    "ar": ("صباح_الخير", "مطر"),
    "he": ("בוקר",),
    "hi": ("चाय",),
    "th": ("ฝนตก",),
    "zh": ("下雨了",),
}
"""Hashtags a language's writers use; the others use English ones."""

EMOJI = ("😂", "❤️", "🌧️", "🐈‍⬛", "👍🏾", "🇮🇸", "☕", "🧑🏼‍🚀", "✨", "𝓗𝓲", "Z̷͑a̵l̶go", "e\u0301te\u0301")
"""What stands between words: pictures, letters beyond the first plane, combining marks."""

SIGNS = ("a < b & c > d", "5 & 6", "\"quoted\" & 'said'", "100% & more", "R&D")
"""Signs that X and HTML escape."""

SYMBOLS = ("HRBR", "TSLA", "GULL.B", "TRAM")
"""Cashtags: the made-up ones and one that searches of the tests ask for."""

SITES = (
    "www.harbour-news.example.com/2026/storm?id=7&ref=a",
    "twitter.com/i/status/1",
    "www.youtube.com/watch?v=abcdefghijk",
    "www.tram.co.uk/lines/4",
    "instagram.com/p/Harbour1/",
    "blog.müller.example.org/straße/übersicht",
    "例え.example.jp/港",
    "shop.example.net:8443/a_(b)#part-2",
)
"""Where links lead, without a scheme: reserved names, and well-known hosts that searches of the tests ask for."""

NAMES = (
    *("Mira Holt", "Jonas Ek", "the new harbour", "Ana Belén R.", "佐藤みなと", "김바다", "Ольга Н.", "ليلى حداد"),
    *("דנה לוי", "प्रिया", "Nguyễn An", "Åsa & Co <3", "Zoë ✨", "ο Νίκος", "ნინო", "𝕋𝕖𝕤𝕥 𝔸𝕔𝕔𝕠𝕦𝕟𝕥", "music & more", "a"),
)
"""Names of people who do not exist."""

BIOS = (
    "i am here for the music",
    "love, trams & the sea",
    "港の写真を撮る人",
    "a bio with #tags and @harbourwatch and 5 < 6",
    "",
    "صورة وقهوة",
    "gulls. coffee. music.\nand a second line",
)
"""What people say of themselves."""
