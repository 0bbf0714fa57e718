# frozen_string_literal: true

require_relative "../newer_names"

# A stand-in for multi_json 1.21, with json 2.10: the older names are there as well, and each prints a warning.
#
# - `MultiJSON.load` and `.dump` for `parse` and `generate`.
# - The module `MultiJson`, with the methods and constants of `MultiJSON`.
#
# Binary Strings that are not ASCII are written, and print a warning.
module MultiJSON
  class << self
    def load(string, options = {})
      Kernel.warn("MultiJSON.load is deprecated", category: :deprecated)
      parse(string, options)
    end

    def dump(object, options = {})
      Kernel.warn("MultiJSON.dump is deprecated", category: :deprecated)
      generate(object, options)
    end

    def binary_text
      Kernel.warn("UTF-8 string passed as BINARY, this will raise an encoding error in json 3.0")
    end
  end
end

# The older name.
module MultiJson
  (MultiJSON.public_methods - Module.public_methods).each do |name|
    define_singleton_method(name) do |*arguments, &block|
      Kernel.warn("The MultiJson constant is deprecated", category: :deprecated)
      MultiJSON.public_send(name, *arguments, &block)
    end
  end

  def self.const_missing(name)
    Kernel.warn("The MultiJson constant is deprecated", category: :deprecated)
    MultiJSON.const_get(name)
  end
end
