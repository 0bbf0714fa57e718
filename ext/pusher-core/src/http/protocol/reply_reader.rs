//! Reads replies with ureq-proto, which parses heads and finds the ends of bodies. Nothing else uses it.

use http::{HeaderMap, Method};
use ureq_proto::BodyMode;
use ureq_proto::client::state::{RecvBody, RecvResponse};
use ureq_proto::client::{Call, RecvBodyResult, RecvResponseResult, SendRequestResult};

use crate::Error;

/// The first byte of a TLS alert, which is what a TLS server replies to a plain request.
const TLS_ALERT: u8 = 21;

/// The head of a reply.
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
}

/// Reads a head, and the interim replies before it.
pub(crate) struct HeadReader(Call<RecvResponse>);

impl HeadReader {
    /// A reader for the reply to a request with this method.
    pub(crate) fn new(method: &str) -> Self {
        let method = if method == "HEAD" {
            Method::HEAD
        } else {
            Method::GET
        };
        Self(receiving(method).expect("a valid request"))
    }

    /// Reads from the beginning of `input`. Returns how much it has read, and the head when it is complete.
    pub(crate) fn read(&mut self, input: &[u8]) -> Result<(usize, Option<Head>), Error> {
        let outcome = self.0.try_response(input, false);
        let (amount, response) = outcome.map_err(|error| no_head(error, input))?;
        let head = response.map(|response| {
            let (parts, ()) = response.into_parts();
            Head {
                status: parts.status.as_u16(),
                headers: parts.headers,
            }
        });
        Ok((amount, head))
    }

    /// A reader for the body, once the head is complete.
    pub(crate) fn body(self) -> BodyReader {
        match self.0.proceed().expect("a complete head") {
            RecvResponseResult::RecvBody(call) => BodyReader {
                call: Some(call),
                must_close: true,
            },
            RecvResponseResult::Redirect(call) => BodyReader::at_end(call.must_close_connection()),
            RecvResponseResult::Cleanup(call) => BodyReader::at_end(call.must_close_connection()),
        }
    }
}

/// The state after sending a request. ureq-proto needs a request to come to this state. Of a request, only the method
/// affects how its reply is read; this one is not sent.
fn receiving(method: Method) -> Result<Call<RecvResponse>, ureq_proto::Error> {
    let mut request = http::Request::new(());
    *request.method_mut() = method;
    let mut call = Call::new(request)?.proceed();
    call.write(&mut [0; 256])?;
    match call.proceed()? {
        Some(SendRequestResult::RecvResponse(call)) => Ok(call),
        _ => unreachable!("neither method has a body"),
    }
}

/// Reads the body of a reply.
pub(crate) struct BodyReader {
    /// `None` at the end of the body.
    call: Option<Call<RecvBody>>,
    must_close: bool,
}

impl BodyReader {
    fn at_end(must_close: bool) -> Self {
        Self {
            call: None,
            must_close,
        }
    }

    /// Reads from the beginning of `input` and appends to `body`. Returns how much it has read.
    pub(crate) fn read(&mut self, input: &[u8], body: &mut Vec<u8>) -> Result<usize, Error> {
        let Some(call) = &mut self.call else {
            return Ok(0);
        };
        let start = body.len();
        body.resize(start + input.len(), 0);
        let (read, written) = call.read(input, &mut body[start..]).map_err(invalid)?;
        body.truncate(start + written);
        if call.can_proceed() && call.body_mode() != BodyMode::CloseDelimited {
            self.must_close = self.call.take().is_none_or(must_close_after);
        }
        Ok(read)
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.call.is_none()
    }

    /// Whether the body is complete although the connection has ended here: a body without a length, or one in chunks that
    /// lacks only its last line.
    pub(crate) fn may_end_here(&self) -> bool {
        let may_end = |call: &Call<RecvBody>| call.can_proceed() || call.is_ended_chunked();
        self.call.as_ref().is_none_or(may_end)
    }

    /// Whether the connection cannot be used for another request.
    pub(crate) fn must_close(&self) -> bool {
        self.must_close
    }
}

fn must_close_after(call: Call<RecvBody>) -> bool {
    match call.proceed() {
        Some(RecvBodyResult::Redirect(call)) => call.must_close_connection(),
        Some(RecvBodyResult::Cleanup(call)) => call.must_close_connection(),
        None => true,
    }
}

/// Why this is not the head of a reply.
fn no_head(error: ureq_proto::Error, input: &[u8]) -> Error {
    if input.first() != Some(&TLS_ALERT) {
        return invalid(error);
    }
    Error::InvalidReply(
        "a TLS alert: the server speaks TLS on this port; check the port, or set use_tls to true"
            .into(),
    )
}

fn invalid(error: ureq_proto::Error) -> Error {
    Error::InvalidReply(format!("protocol: {error}"))
}
