//! Reads the class of Ruby's objects.

use magnus::rb_sys::AsRawValue;
use magnus::value::ReprValue;
use magnus::{Error, Object, RClass, RModule, Value};

use crate::guard::guard;

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
