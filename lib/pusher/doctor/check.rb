# frozen_string_literal: true

module Pusher
  module Internal
    module Doctor
      # The result of a check of the machine: `:ok`, `:skipped` or `:wrong`, and what to do about it.
      Check = Struct.new(:name, :status, :text, :advice, keyword_init: true) do
        # @return [Check] of something that is in order
        def self.ok(name, text) = new(name:, status: :ok, text:)

        # @return [Check] of something that was not checked
        def self.skipped(name, text) = new(name:, status: :skipped, text:)

        # @return [Check] of something that needs a correction
        def self.wrong(name, text, advice) = new(name:, status: :wrong, text:, advice:)

        # @return [Boolean]
        def wrong? = status == :wrong
      end
    end
  end
end
