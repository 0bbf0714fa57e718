# frozen_string_literal: true

module Pusher
  module Internal
    module Doctor
      # A line of the application that this gem treats differently. `:change` asks for a change, `:note` works as it is.
      # It does not contain the line itself, which may contain a secret.
      Finding = Struct.new(:file, :line, :level, :text, :advice, keyword_init: true) do
        # @return [Boolean]
        def change? = level == :change
      end
    end
  end
end
