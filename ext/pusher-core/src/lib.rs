//! The Pusher Channels HTTP API from the server's side, without Ruby.
