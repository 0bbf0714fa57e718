# frozen_string_literal: true

require_relative "../newer_names"

# A stand-in for multi_json 2.0, with json 3.1: the older names are gone, `MultiJson` among them, and binary Strings
# that are not ASCII are refused.
module MultiJSON
  def self.binary_text = raise(JSON::GeneratorError, "source sequence is illegal/malformed utf-8")
end
