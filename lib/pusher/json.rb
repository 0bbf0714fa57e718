# frozen_string_literal: true

begin
  require "multi_json"
rescue LoadError => e
  raise unless e.path == "multi_json"

  # Not earlier: multi_json 1.14 prefers a loaded library to a faster one that is only installed.
  require "json"
end
require_relative "async/helper_thread"
require_relative "errors"
require_relative "native"

module Pusher
  module Internal
    # Generates JSON with the engine of the application, and parses it natively.
    #
    # The engine is `MultiJSON` if it has a method `generate` (multi_json 1.21 and newer), otherwise `MultiJson` (older
    # versions), otherwise Ruby's `JSON`. It is looked up at each call, and never called while the gem loads, so an
    # engine that the application loads later is used.
    # @api private
    module Json
      # The maximum nesting, as in Ruby's JSON.
      MAX_DEPTH = 100
      # The errors that mean that an object cannot be encoded. Interrupts and exits do not.
      FAILURES = [StandardError, SystemStackError, NoMemoryError, ScriptError].freeze
      # The timeout in seconds for an engine in a helper thread. The engine may have to load, or wait for a lock that
      # the interrupted code holds.
      HELPER_TIMEOUT = 5
      private_constant :FAILURES, :HELPER_TIMEOUT

      class << self
        # Encodes the body of a request. Plain values are written natively.
        #
        # @return [String] UTF-8
        # @raise [Error] if the object cannot be encoded, with the engine's error as its cause
        def encode(object)
          Native.write_json(object, escapes?) || utf8(dump(object))
        end

        # @return [String] the object, encoded by the application's engine
        # @raise [Error] if it cannot be encoded, with the engine's error as its cause
        def dump(object)
          # Engines treat binary Strings differently, and some print a warning.
          text = dump_by_engine(Native.as_utf8(object, false) || object)
          reason = Native.json_error(text)
          reason ? Failures.raise_unencodable(parse_error(reason, text)) : text
        end

        # @param text [String]
        # @return [Object] with String keys
        # @raise [StandardError] the engine's `ParseError` for a text that is not JSON
        def load(text)
          value, reason = Native.read_json(text, MAX_DEPTH, false)
          return value unless reason

          raise parse_error(reason, text)
        end

        # Parses the body of an outgoing request, nested to any depth.
        #
        # @return [Object] frozen, with String keys; the value of the block for a text that is not JSON
        def load_published(text)
          value, reason = Native.read_json(text, nil, true)
          reason ? yield : value
        end

        # @return [StandardError] the error that the engine raises for a text that is not JSON
        def parse_error(reason, text)
          return ::JSON::ParserError.new(reason) unless multi_json

          type = multi_json::ParseError
          type.respond_to?(:build) ? type.build(ArgumentError.new(reason), text) : type.new(reason)
        end

        private

        # Whether ActiveSupport may escape characters for HTML in JSON. The engine knows; the native writer does not.
        # ActiveSupport's JSON adds `as_json` to all objects. Before that, naming the encoding would autoload it.
        def escapes?
          return false unless defined?(::ActiveSupport)

          ::Object.method_defined?(:as_json) && defined?(::ActiveSupport::JSON::Encoding) ? true : false
        end

        def utf8(text)
          # {dump} refuses invalid bytes.
          return text if text.ascii_only? || [Encoding::UTF_8, Encoding::BINARY].include?(text.encoding)

          raise Error, "the JSON engine returned a String that is not valid UTF-8"
        end

        def dump_by_engine(object)
          generate(object)
        rescue ThreadError => e
          # A signal trap can neither take a lock nor load code.
          dump_in_helper_thread(object, e)
        rescue *FAILURES => e
          dump_refused(object, e)
        end

        # Tries again with binary Strings as UTF-8: some engines refuse them even if their bytes are valid UTF-8.
        def dump_refused(object, refusal)
          text = Native.as_utf8(object, true) unless Failures.passed_on?(refusal)
          text.nil? ? Failures.raise_unencodable(refusal) : generate(text)
        rescue *FAILURES => e
          Failures.raise_unencodable(e)
        end

        def generate(object)
          json =
            if defined?(::MultiJSON.generate)
              ::MultiJSON.generate(object)
            elsif defined?(::MultiJson.dump)
              ::MultiJson.dump(object)
            else
              ::JSON.generate(object)
            end
          json.is_a?(String) ? json : raise(TypeError, "the JSON engine returned #{json.class}, not a String")
        end

        def dump_in_helper_thread(object, refusal)
          outcome = HelperThread.run(HELPER_TIMEOUT) { attempt(object) }
          outcome.is_a?(String) ? outcome : Failures.raise_unencodable(outcome || refusal)
        end

        # @return [String, Exception] the JSON, or the reason of the failure
        def attempt(object)
          generate(object)
        rescue *FAILURES => e
          begin
            dump_refused(object, e)
          rescue *FAILURES => e
            e
          end
        end

        def multi_json
          if defined?(::MultiJSON.generate)
            ::MultiJSON
          elsif defined?(::MultiJson.dump)
            ::MultiJson
          end
        end
      end
    end
  end
end
