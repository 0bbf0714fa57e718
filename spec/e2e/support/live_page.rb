# frozen_string_literal: true

require_relative "../../../examples/live/service"
require_relative "browser"
require_relative "toolbox"

module EndToEnd
  # The page of bin/demo --live and a browser, shared by all examples.
  class LivePage
    class << self
      def current
        @current ||= new
      end

      def close
        @current&.stop
        @current = nil
      end
    end

    attr_reader :service, :browser

    def initialize
      @browser = Browser.new
      @service = Live::Service.new
      service.start
    end

    # A window with the page, once pusher-js has subscribed to the presence channel.
    def visit(**options)
      browser.open(service.url, **options).tap { |tab| tab.wait_for('document.querySelector("#members li")') }
    end

    def stop
      browser.stop
    ensure
      service.stop
    end

    # What an entry of the log shows, or nil until it is there. The kind is a class of style.css. `data` is part of the
    # data that it shows.
    def self.entry(kind, title, data)
      <<~JS
        (() => {
          const entry = [...document.querySelectorAll("#entries > li.#{kind}")]
            .find((one) => one.querySelector(".title").textContent.startsWith(#{JSON.generate(title)}) &&
              (one.querySelector(".data")?.textContent ?? "").includes(#{JSON.generate(data)}));
          const text = (selector) => entry.querySelector(selector)?.textContent;
          const part = (name) => [name.textContent, name.nextElementSibling.textContent];
          return entry && {
            data: text(".data"), start: text(".start"), result: text(".result"),
            parts: Object.fromEntries([...entry.querySelectorAll("dt")].map(part)),
          };
        })()
      JS
    end
  end
end
