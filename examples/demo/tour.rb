# frozen_string_literal: true

require_relative "chapter"
require_relative "publishing"
require_relative "subscribers"
require_relative "webhooks"
require_relative "failures"

module Demo
  # Runs the chapters in order.
  class Tour
    CHAPTERS = [Publishing, Subscribers, Webhooks, Failures].freeze
    OPTIONS = %i[app_id key secret host port use_tls].freeze

    def initialize(service, transcript)
      @service = service
      @transcript = transcript
    end

    def run
      started = Process.clock_gettime(Process::CLOCK_MONOTONIC)
      introduce
      pusher = client
      CHAPTERS.each { |chapter| chapter.new(@service, @transcript, pusher).run }
      close(Process.clock_gettime(Process::CLOCK_MONOTONIC) - started)
    end

    private

    def introduce
      @transcript.say "pusher #{Pusher::VERSION} on Ruby #{RUBY_VERSION}, against #{@service.description}."
    end

    def client
      app_id, key, secret, host, port, use_tls = @service.client_options.values_at(*OPTIONS)
      pusher = @transcript.step("Make a client") do
        Pusher::Client.new(
          app_id:, key:, secret:, host:, port:, use_tls:,
          encryption_master_key_base64: "YSBtYXN0ZXIga2V5IG9mIDMyIGJ5dGVzLCBzZWNyZXQ="
        )
      end
      @transcript.unexpected("its inspect shows the secret") if pusher.inspect.include?(secret)
      pusher
    end

    def close(seconds)
      @transcript.say ""
      @transcript.say @service.closing_remark
      @transcript.say "All #{@transcript.steps} steps did what they should, in #{format("%.2f", seconds)} s."
      @transcript.say "README.md and docs/ document everything. The programs in examples/ are small, to be copied."
    end
  end
end
