# frozen_string_literal: true

begin
  require "multi_json"
rescue LoadError => e
  raise unless e.path == "multi_json"

  # Only here: multi_json 1.14 prefers a library that is loaded already to a faster one that is only installed.
  require "json"
end
require_relative "async/helper_thread"
require_relative "errors"
require_relative "native"

module Pusher
  module Internal
    # JSON: written by the engine that the application uses, read natively.
    #
    # The engine is `MultiJSON` where it answers to `generate` (multi_json 1.21 and newer), else `MultiJson` (its older
    # versions), else Ruby's `JSON`. It is looked up at each call, and nothing is called while the gem loads: an engine
    # that the application loads afterwards is used.
    # @api private
    module Json
      # As deep as Ruby's own JSON nests.
      MAX_DEPTH = 100
      # What says that an object cannot be encoded. Interrupts and exits are none of it.
      FAILURES = [StandardError, SystemStackError, NoMemoryError, ScriptError].freeze
      # Seconds for an engine in a helper thread, which has to be loaded there, or may wait for a lock that the signal
      # trap itself keeps it from.
      PATIENCE = 5
      private_constant :FAILURES, :PATIENCE

      class << self
        # @return [String] the object as the application's engine sees it
        # @raise [Error] where it cannot be encoded, with the engine's error as its cause
        def dump(object)
          generate(object)
        rescue ThreadError => e
          # In a signal trap no lock can be taken and nothing can be loaded.
          dump_in_helper_thread(object, e)
        rescue *FAILURES => e
          dump_refused(object, e)
        end

        # @param text [String]
        # @return [Object] with String keys
        # @raise [StandardError] the engine's `ParseError` for what is no JSON
        def load(text)
          value, reason = Native.read_json(text, MAX_DEPTH, false)
          return value unless reason

          raise parse_error(reason, text)
        end

        # Reads what an application has published, however deep it is.
        #
        # @return [Object] frozen, with String keys; the block's value for what is no JSON
        def load_published(text)
          value, reason = Native.read_json(text, nil, true)
          reason ? yield : value
        end

        # @return [StandardError] what the engine raises for a text that is no JSON
        def parse_error(reason, text)
          return ::JSON::ParserError.new(reason) unless multi_json

          type = multi_json::ParseError
          type.respond_to?(:build) ? type.build(ArgumentError.new(reason), text) : type.new(reason)
        end

        # @return [Boolean] whether ActiveSupport writes some characters of JSON as escapes, as it does for HTML
        def escapes?
          defined?(::ActiveSupport::JSON::Encoding) ? true : false
        end

        private

        # Once more, where the reason may be binary Strings: some engines refuse them, also where they hold UTF-8.
        def dump_refused(object, refusal)
          text = Native.as_utf8(object) unless Failures.passed_on?(refusal)
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
          json.is_a?(String) ? json : raise(TypeError, "the JSON engine gave no String, but an object of #{json.class}")
        end

        def dump_in_helper_thread(object, refusal)
          outcome = HelperThread.run(PATIENCE) { attempt(object) }
          outcome.is_a?(String) ? outcome : Failures.raise_unencodable(outcome || refusal)
        end

        # @return [String, Exception] why it failed
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
