//! Names that are looked up on every request, interned once.

use magnus::value::LazyId;

macro_rules! names {
    ($($constant:ident = $name:literal),* $(,)?) => {
        $(pub(crate) static $constant: LazyId = LazyId::new($name);)*
    };
}

names! {
    IV_APP_ID = "@app_id",
    IV_CONNECT_TIMEOUT = "@connect_timeout",
    IV_ENCRYPTION_MASTER_KEY = "@encryption_master_key",
    IV_HOST = "@host",
    IV_HTTP_PROXY = "@http_proxy",
    IV_KEEP_ALIVE_TIMEOUT = "@keep_alive_timeout",
    IV_KEY = "@key",
    IV_PORT = "@port",
    IV_PROXY = "@proxy",
    IV_RECEIVE_TIMEOUT = "@receive_timeout",
    IV_SCHEME = "@scheme",
    IV_SECRET = "@secret",
    IV_SEND_TIMEOUT = "@send_timeout",
    IV_SYNC_HTTP_CLIENT = "@sync_http_client",

    BATCH_EVENTS_PATH = "/batch_events",
    EVENTS_PATH = "/events",

    BODY = "body",
    CHANNEL = "channel",
    CHANNELS = "channels",
    CODE = "code",
    DATA = "data",
    DUMP = "dump",
    GET = "get",
    GET_ASYNC = "get_async",
    NAME = "name",
    NEW = "new",
    NOW = "now",
    POST = "post",
    POST_ASYNC = "post_async",
    REACTOR_HOST = "pusher_reactor_host",
    REQUEST = "request",
    RESET_ALL = "reset_all",
    RESOURCE = "resource",
    SEND_IN_BACKGROUND = "send_in_background",
    STATUS = "status",
    SYNC_HTTP_CLIENT = "sync_http_client",
    TO_F = "to_f",
    TO_I = "to_i",
    TO_S = "to_s",
    // No name Ruby code could write: a mark that only natives see.
    TRANSPORT = "transport",
    URL = "url",
}
