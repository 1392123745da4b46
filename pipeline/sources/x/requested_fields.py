"""Fields and expansions that are requested of X with every post, by the stream and by the look-up."""

from __future__ import annotations

POST_FIELDS = {
    "expansions": "article.cover_media,article.media_entities,attachments.media_keys,attachments.poll_ids,"
    "author_id,edit_history_tweet_ids,entities.mentions.username,geo.place_id,in_reply_to_user_id,referenced_tweets.id,"
    "referenced_tweets.id.author_id",
    "media_fields": "alt_text,duration_ms,height,media_key,preview_image_url,public_metrics,type,url,variants,width",
    "place_fields": "contained_within,country,country_code,full_name,geo,id,name,place_type",
    "poll_fields": "duration_minutes,end_datetime,id,options,voting_status",
    "tweet_fields": "article,attachments,author_id,context_annotations,conversation_id,created_at,edit_controls,"
    "edit_history_tweet_ids,entities,geo,id,in_reply_to_user_id,lang,note_tweet,possibly_sensitive,public_metrics,"
    "referenced_tweets,reply_settings,source,text,withheld",
    "user_fields": "created_at,description,entities,id,location,name,pinned_tweet_id,profile_image_url,protected,"
    "public_metrics,url,username,verified,verified_type,withheld",
}
"""Every field that an app may request; an author's own (`non_public_metrics`) cannot be requested by an app."""
