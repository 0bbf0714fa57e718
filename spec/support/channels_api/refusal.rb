# frozen_string_literal: true

module ChannelsApi
  # Why a request is refused: the status of the reply, and a sentence that says what was wrong.
  class Refusal < StandardError
    attr_reader :status

    def initialize(status, sentence)
      super(sentence)
      @status = status
    end

    def reply(close: false)
      Reply.new(status:, body: "#{message}\n", close:,
                headers: { "Content-Type" => "text/plain; charset=utf-8" })
    end
  end
end
