//! Macros that define native methods.

/// Defines leaves as singleton methods of a module: the name, the closure and its number of arguments.
macro_rules! leaves {
    ($module:expr, $($name:literal => $body:expr, $arity:tt);* $(;)?) => {
        $($module.define_singleton_method($name, magnus::function!($body, $arity))?;)*
    };
}

/// Defines private methods of a native class in the same way; `self` is the first argument of each closure.
macro_rules! private_methods {
    ($class:expr, $($name:literal => $body:expr, $arity:tt);* $(;)?) => {
        $($class.define_private_method($name, magnus::method!($body, $arity))?;)*
    };
}
