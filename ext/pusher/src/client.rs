//! The API operations of `Pusher::Client`.

use magnus::r_hash::ForEach;
use magnus::rb_sys::AsRawValue;
use magnus::value::{LazyId, ReprValue};
use magnus::{
    Error, Module, RArray, RClass, RHash, RModule, RObject, RString, Ruby, Symbol, TryConvert,
    Value, method,
};
use pusher_core::encryption;

use crate::borrow;
use crate::chain;
use crate::constants;
use crate::error::{self, Failure};
use crate::guard::guard;
use crate::hashes::each_pair;
use crate::http_client;
use crate::json;
use crate::names;
use crate::request::{Call, Verb};

const MAX_CHANNELS: usize = 100;

fn trigger(
    ruby: &Ruby,
    client: RObject,
    (channels, event, data, params): (Value, Value, Value, Value),
    sender: Sender,
) -> Result<Value, Failure> {
    let data = encode_data(ruby, data)?;
    let channels = channel_names(ruby, channels)?;
    if channels.len() > MAX_CHANNELS {
        let message = format!("Too many channels ({}), max {MAX_CHANNELS}", channels.len());
        return Err(error::named(ruby, "Error", &message).into());
    }
    let data = encrypt_for_any(ruby, client, channels, data)?;
    let body = ruby.hash_new();
    copy_params(
        ruby,
        params,
        body,
        &[&names::NAME, &names::CHANNELS, &names::DATA],
    )?;
    body.aset(symbol(ruby, &names::NAME), event)?;
    body.aset(symbol(ruby, &names::CHANNELS), channels)?;
    body.aset(symbol(ruby, &names::DATA), data)?;
    Ok(client.funcall(
        **sender.post(),
        (interned(ruby, &names::EVENTS_PATH)?, body),
    )?)
}

fn trigger_batch(
    ruby: &Ruby,
    client: RObject,
    events: RArray,
    sender: Sender,
) -> Result<Value, Failure> {
    let flat: RArray = events.funcall("flatten", ())?;
    let batch = ruby.ary_new_capa(flat.len());
    for index in 0..flat.len() {
        batch.push(batch_event(ruby, client, flat.entry(index as isize)?)?)?;
    }
    let body = ruby.hash_new();
    body.aset(ruby.to_symbol("batch"), batch)?;
    Ok(client.funcall(
        **sender.post(),
        (interned(ruby, &names::BATCH_EVENTS_PATH)?, body),
    )?)
}

/// An event of a batch with its data as a String; the caller's Hash stays as it is.
fn batch_event(ruby: &Ruby, client: RObject, event: Value) -> Result<RHash, Failure> {
    let event = RHash::try_convert(event)?;
    let prepared = ruby.hash_new();
    copy_params(ruby, event.as_value(), prepared, &[&names::DATA])?;
    let data = encode_data(ruby, either(ruby, event, &names::DATA)?)?;
    let channel = either(ruby, event, &names::CHANNEL)?;
    let name = borrow::text(ruby, channel)?;
    let data = encrypt(ruby, client, name, data)?;
    prepared.aset(symbol(ruby, &names::DATA), data)?;
    Ok(prepared)
}

/// What a Hash has under a Symbol, else under the String of that name.
fn either(ruby: &Ruby, hash: RHash, name: &LazyId) -> Result<Value, Failure> {
    let symbol = symbol(ruby, name);
    match hash.get(symbol) {
        Some(value) => Ok(value),
        None => Ok(hash.lookup(symbol.name()?.as_ref())?),
    }
}

/// Copies params, leaving out what the method's own arguments say, and Strings where the Symbol is there as well.
fn copy_params(
    ruby: &Ruby,
    params: Value,
    into: RHash,
    arguments: &[&LazyId],
) -> Result<(), Failure> {
    let params = RHash::try_convert(params)?;
    if params.is_empty() {
        return Ok(());
    }
    each_pair(params, |key: Value, value: Value| {
        if !is_superseded(ruby, params, key, arguments) {
            into.aset(key, value)?;
        }
        Ok::<_, Error>(ForEach::Continue)
    })?;
    Ok(())
}

/// Whether a key of params stands for one of the arguments, or is the String to a Symbol that is there as well.
fn is_superseded(ruby: &Ruby, params: RHash, key: Value, arguments: &[&LazyId]) -> bool {
    let is_argument = |key: Value| {
        arguments
            .iter()
            .any(|name| symbol(ruby, name).as_raw() == key.as_raw())
    };
    let Some(string) = RString::from_value(key) else {
        return is_argument(key);
    };
    // What is no text, and what no Symbol is named after, stands for nothing else.
    let name = string.to_string().ok();
    name.and_then(|name| ruby.check_symbol(&name))
        .is_some_and(|symbol| is_argument(symbol.as_value()) || params.get(symbol).is_some())
}

/// Event data as it is sent: Strings as they are, anything else as the application's JSON engine sees it.
fn encode_data(ruby: &Ruby, data: Value) -> Result<RString, Failure> {
    match RString::from_value(data) {
        Some(string) => Ok(string),
        None => json::dump(ruby, data),
    }
}

/// The names of the channels, as `Array()` and `to_s` make them.
fn channel_names(ruby: &Ruby, channels: Value) -> Result<RArray, Failure> {
    let names = ruby.ary_new();
    if RString::from_value(channels).is_some() || Symbol::from_value(channels).is_some() {
        names.push(borrow::text(ruby, channels)?)?;
        return Ok(names);
    }
    let list = match RArray::from_value(channels) {
        Some(list) => list,
        None => ruby.module_kernel().funcall("Array", (channels,))?,
    };
    for index in 0..list.len() {
        names.push(borrow::text(ruby, list.entry(index as isize)?)?)?;
    }
    Ok(names)
}

fn encrypt_for_any(
    ruby: &Ruby,
    client: RObject,
    channels: RArray,
    data: RString,
) -> Result<RString, Failure> {
    let mut encrypted = None;
    for index in 0..channels.len() {
        let name: RString = channels.entry(index as isize)?;
        if borrow::with_bytes(name, encryption::is_encrypted) {
            encrypted = Some(name);
        }
    }
    match encrypted {
        None => Ok(data),
        Some(name) if channels.len() == 1 => encrypt(ruby, client, name, data),
        Some(_) => {
            let message = "Cannot trigger to multiple channels if any are encrypted";
            Err(error::named(ruby, "Error", message).into())
        }
    }
}

/// Seals data for an encrypted channel; for any other it stays as it is.
fn encrypt(
    ruby: &Ruby,
    client: RObject,
    channel: RString,
    data: RString,
) -> Result<RString, Failure> {
    if !borrow::with_bytes(channel, encryption::is_encrypted) {
        return Ok(data);
    }
    let master: Value = borrow::instance_variable(client, &names::IV_ENCRYPTION_MASTER_KEY);
    if master.is_nil() {
        return Err(error::missing(ruby, "encryption_master_key").into());
    }
    let class: RClass = constants::of_pusher(ruby, &constants::CHANNEL)?;
    class.funcall::<_, _, Value>("validate_name", (channel,))?;
    let master = borrow::bytes(RString::try_convert(master)?);
    let secret = borrow::with_bytes(channel, |name| encryption::shared_secret(name, &master));
    let sealed = encryption::seal(&secret, &borrow::bytes(borrow::to_utf8(ruby, data)?))?;
    Ok(ruby.str_new(&sealed))
}

/// Who sends: the caller, or somebody in the background.
#[derive(Clone, Copy)]
enum Sender {
    Caller,
    Background,
}

impl Sender {
    fn get(self) -> &'static LazyId {
        match self {
            Self::Caller => &names::GET,
            Self::Background => &names::GET_ASYNC,
        }
    }

    fn post(self) -> &'static LazyId {
        match self {
            Self::Caller => &names::POST,
            Self::Background => &names::POST_ASYNC,
        }
    }

    fn run(self, ruby: &Ruby, call: &Call<'_>) -> Result<Value, Failure> {
        match self {
            Self::Caller => call.run(ruby),
            Self::Background => call.run_in_background(ruby),
        }
    }
}

fn get(
    ruby: &Ruby,
    client: RObject,
    (path, params): (Value, Value),
    sender: Sender,
) -> Result<Value, Failure> {
    if !chain::is_unobserved(ruby, &client)? {
        let resource: Value = client.funcall(*names::RESOURCE, (path,))?;
        return Ok(resource.funcall(**sender.get(), (params,))?);
    }
    let Some(params) = RHash::from_value(params) else {
        return Err(Error::new(ruby.exception_arg_error(), "Expected hash").into());
    };
    let call = Call {
        verb: Verb::Get,
        path: borrow::text(ruby, path)?,
        params: Some(params),
        body: None,
        client: &client,
    };
    sender.run(ruby, &call)
}

fn post(
    ruby: &Ruby,
    client: RObject,
    (path, params): (Value, Value),
    sender: Sender,
) -> Result<Value, Failure> {
    if !chain::is_unobserved(ruby, &client)? {
        let resource: Value = client.funcall(*names::RESOURCE, (path,))?;
        return Ok(resource.funcall(**sender.post(), (params,))?);
    }
    let body = json::encode(ruby, params)?;
    let call = Call {
        verb: Verb::Post,
        path: borrow::text(ruby, path)?,
        params: None,
        body: Some(body),
        client: &client,
    };
    sender.run(ruby, &call)
}

/// A name as a frozen String that is made once.
fn interned(ruby: &Ruby, name: &LazyId) -> Result<RString, Failure> {
    borrow::text(ruby, symbol(ruby, name).as_value())
}

fn symbol(ruby: &Ruby, name: &LazyId) -> Symbol {
    Symbol::from(LazyId::get_inner_with(name, ruby))
}

/// The operations that send something, by whoever sends.
macro_rules! operations {
    ($class:ident, $sender:path, $trigger:literal, $trigger_batch:literal, $get:literal, $post:literal) => {
        $class.define_private_method(
            $trigger,
            method!(
                |client: RObject, channels: Value, event: Value, data: Value, params: Value| {
                    guard(|ruby| trigger(ruby, client, (channels, event, data, params), $sender))
                },
                4
            ),
        )?;
        $class.define_private_method(
            $trigger_batch,
            method!(
                |client: RObject, events: RArray| {
                    guard(|ruby| trigger_batch(ruby, client, events, $sender))
                },
                1
            ),
        )?;
        $class.define_private_method(
            $get,
            method!(
                |client: RObject, path: Value, params: Value| {
                    guard(|ruby| get(ruby, client, (path, params), $sender))
                },
                2
            ),
        )?;
        $class.define_private_method(
            $post,
            method!(
                |client: RObject, path: Value, params: Value| {
                    guard(|ruby| post(ruby, client, (path, params), $sender))
                },
                2
            ),
        )?;
    };
}

pub(crate) fn define(ruby: &Ruby, pusher: RModule) -> Result<(), Error> {
    let class = pusher.define_class("Client", ruby.class_object())?;
    operations!(
        class,
        Sender::Caller,
        "native_trigger",
        "native_trigger_batch",
        "native_get",
        "native_post"
    );
    operations!(
        class,
        Sender::Background,
        "native_trigger_async",
        "native_trigger_batch_async",
        "native_get_async",
        "native_post_async"
    );
    class.define_private_method(
        "native_sync_http_client",
        method!(
            |client: RObject| guard(|ruby| http_client::of_client(ruby, client)),
            0
        ),
    )?;
    Ok(())
}
