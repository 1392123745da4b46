"""Searches written by hand, at least one for every operator and every combination.

test_agreement.py puts them to real records, where most of them find something.
"""

from __future__ import annotations

SEARCHES = """
*
* -a
the
The
THE
rt
love
twitter
the a
the OR a
the -a
the NOT a
-the lang:en
-the -a lang:en
(the OR a) (of OR to)
the (of OR to) -and
-(the OR a) lang:en
-(the a) lang:en
the -(of -to)
a b OR c d
"of the"
"in the"
"the of"
"to be"
"i am"
-"of the" lang:en
"of the" OR "in the"
"the world"~3
"the of"~0
"of the"~0
"the of"~4
"the the"~5
"a the of"~6
-"the of"~4 lang:en
the -"the of"~4
"the of"~4 OR love
"the of"~4 likes:1..
("the of"~4 OR followers:100000..) lang:en
-("the of"~4 OR likes:5..) lang:en
th*
lov*
lov* -love
-th* lang:en
th* lo* me*
при*
ca* OR do*
#a
#love
#news
#bts
has:hashtags -#love
"#love"
@twitter
@youtube
@nasa
has:mentions -@nasa
$tsla
has:cashtags
has:cashtags OR has:videos
from:twitterdev
from:@TwitterDev
from:nasa
-from:nasa lang:en
from:2244994945
to:nasa
is:reply -to:nasa
url:twitter.com
url:youtube.com
url:com
url:co.uk
domain:instagram.com
url:status
url:/status/
url:watch
https://twitter.com/
-url:twitter.com has:links
has:links -url:twitter.com -url:youtube.com
lang:en
lang:ja
lang:und
lang:es OR lang:pt
-lang:en *
-lang:en -lang:ja -lang:und *
lang:en -lang:ja
language:fr
source:x
source:bluesky
source:mastodon
source:demo
-source:x *
source:bluesky OR source:mastodon
is:repost
is:retweet
is:nativeretweets
is:reply
is:quote
is:sensitive
is:verified
-is:repost -is:reply *
is:repost is:quote
is:repost OR is:quote
filter:links
filter:media -filter:images
has:links
has:media
has:images
has:videos
has:images has:videos
-has:media -has:links lang:en
is:repost has:images
is:repost lang:en
is:repost -lang:en
conversation:x:1278747501642657792
conversation_id:x:1278747501642657792
reply_to:x:1278747501642657792
repost_of:x:1050118621198921728
quote_of:x:1050118621198921728
reposts_from:nasa
retweets_of:twitterdev
-reposts_from:nasa is:repost
bio:music
bio:"i am"
bio:love OR name:love
-bio:music is:verified
name:the
name:"the new"
name:a -bio:a
followers:1000..
followers:..50
followers:100..1000
followers_count:100000..
-followers:1000.. *
followers:0..
-followers:0.. *
likes:1..
likes:100..
likes:..0
-likes:0.. *
min_faves:10
min_retweets:10
min_replies:1
reposts:100.. likes:100..
reposts:100.. OR likes:100..
-reposts:100.. -likes:100.. lang:en
-(reposts:100.. OR likes:100..) lang:en
-(reposts:100.. likes:100..) lang:en
replies:1..
quotes:1..
the likes:1..
the OR likes:1000..
(the OR likes:1000..) -is:repost
(the OR likes:1000..) (love OR followers:100000..)
(the OR likes:1..) (love OR followers:10..) (a OR reposts:1..)
-(the OR likes:1000..) lang:en
-(the likes:1000..) lang:en
(a OR likes:1..) (b OR likes:2..) (c OR likes:3..) (d OR likes:4..) (e OR likes:5..) (f OR likes:6..)
since:2018-01-01
until:2018-01-01
since:2015-01-01 until:2019-01-01
-since:2018-01-01 *
-until:2018-01-01 *
-(since:2015-01-01 until:2019-01-01) *
the OR since:2020-01-01
the -since:2018-01-01
-(the since:2018-01-01) lang:en
since:2018-06-01T12:00Z until:2018-12-01T12:00+02:00
since:2030-01-01
until:1999-01-01
sample:100
sample:50
sample:1
-sample:50 *
the sample:10
the OR sample:10
sample:50 -sample:10
日本
の
ありがとう
"の日"
привет
не
que
de la
"de la"
안녕
في
😂
❤️
❤
-😂 lang:en
😂 OR ❤
coca-cola
it's
don't
café
a1
12:30
7
""".strip().splitlines()
