//! Reads the instance variables and the class of Ruby's objects.

use magnus::rb_sys::{AsRawId, AsRawValue, FromRawValue};
use magnus::value::{LazyId, ReprValue};
use magnus::{Error, Object, RClass, RModule, RObject, Ruby, Value};

use crate::guard::guard;

/// An instance variable; nil if it is not set.
pub(crate) fn instance_variable(object: RObject, variable: &LazyId) -> Value {
    // SAFETY: both arguments are valid; reading an instance variable runs no Ruby code and raises nothing.
    unsafe { Value::from_raw(rb_sys::rb_ivar_get(object.as_raw(), id(variable))) }
}

fn id(name: &LazyId) -> rb_sys::ID {
    let ruby = Ruby::get().expect("natives are called by Ruby");
    LazyId::get_inner_with(name, &ruby).as_raw()
}

/// Whether an object's class is exactly this one: neither a subclass nor a singleton class.
pub(crate) fn is_exactly(value: Value, class: impl ReprValue) -> bool {
    if rb_sys::SPECIAL_CONST_P(value.as_raw()) {
        return false;
    }
    // SAFETY: every object that is not an immediate value starts with an RBasic.
    let klass = unsafe { (*(value.as_raw() as *const rb_sys::RBasic)).klass };
    klass == class.as_value().as_raw()
}

pub(crate) fn define_leaves(native: RModule) -> Result<(), Error> {
    leaves!(native,
        "exactly?" => |object: Value, class: RClass| guard(|_| Ok(is_exactly(object, class))), 2;
    );
    Ok(())
}
