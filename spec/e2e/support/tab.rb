# frozen_string_literal: true

require "json"

module EndToEnd
  # A window of the browser. It keeps all events of its page: network, console, errors.
  class Tab
    # For which the page is given time, less than for a command.
    SECONDS = 30
    KEYS = { "Tab" => 9, "Enter" => 13, " " => 32, "ArrowDown" => 40, "ArrowUp" => 38 }.freeze
    TEXTS = { "Enter" => "\r", " " => " " }.freeze

    # @param events [Inbox] of the DevTools protocol
    def initialize(browser, session, events, width: 1280, height: 800)
      @browser = browser
      @session = session
      @events = events
      %w[Page Network Runtime Log].each { |domain| command("#{domain}.enable") }
      resize(width, height)
      prefer("light")
    end

    def visit(url)
      command("Page.navigate", url:)
      wait_for_event("Page.loadEventFired")
    end

    def resize(width, height)
      command("Emulation.setDeviceMetricsOverride", width:, height:, deviceScaleFactor: 1, mobile: false)
    end

    # @param colours [String] light or dark
    def prefer(colours)
      command("Emulation.setEmulatedMedia", features: [{ name: "prefers-color-scheme", value: colours }])
    end

    # The value of an expression of JavaScript. A promise is awaited.
    def evaluate(expression)
      result = command("Runtime.evaluate", expression:, awaitPromise: true, returnByValue: true, userGesture: true)
      raise Browser::Failed, "#{expression}: #{result["exceptionDetails"]}" if result["exceptionDetails"]

      result.dig("result", "value")
    end

    # Waits until the expression is true, and returns its value. The page checks it after every change.
    def wait_for(expression)
      evaluate(<<~JS) || raise(Overdue, "not after #{SECONDS} s: #{expression}\n#{complaints}\n#{text("body")}")
        new Promise((resolve) => {
          const check = () => {
            const value = (() => (#{expression}))();
            if (value) finish(value);
          };
          const observer = new MutationObserver(check);
          const timer = setTimeout(() => finish(null), #{SECONDS * 1000});
          const finish = (value) => {
            clearTimeout(timer);
            observer.disconnect();
            resolve(value);
          };
          observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
          check();
        })
      JS
    end

    def text(selector)
      evaluate("document.querySelector(#{JSON.generate(selector)}).innerText")
    end

    # Clicks in the middle of an element.
    def click(selector)
      x, y = evaluate(<<~JS)
        (() => {
          const element = document.querySelector(#{JSON.generate(selector)});
          element.scrollIntoView({ block: "center", behavior: "instant" });
          const box = element.getBoundingClientRect();
          return [box.x + box.width / 2, box.y + box.height / 2];
        })()
      JS
      %w[mousePressed mouseReleased].each do |type|
        command("Input.dispatchMouseEvent", type:, x:, y:, button: "left", clickCount: 1)
      end
    end

    # Presses keys, for example "Tab" and "Enter".
    def press(*keys)
      keys.each do |key|
        code = { key:, code: key, windowsVirtualKeyCode: KEYS.fetch(key), text: TEXTS[key] }.compact
        command("Input.dispatchKeyEvent", type: "keyDown", **code)
        command("Input.dispatchKeyEvent", type: "keyUp", **code.except(:text))
      end
    end

    # Types into the element that has the focus, in place of what is selected.
    def type(text)
      command("Input.insertText", text:)
    end

    def screenshot
      command("Page.captureScreenshot", format: "png")["data"].unpack1("m")
    end

    # All events of the page until now, and the bodies of the replies that it has got.
    def record
      bodies = events("Network.loadingFinished").map do |event|
        command("Network.getResponseBody", requestId: event["requestId"])["body"]
      end
      [*@events.to_a.map { |event| JSON.generate(event) }, *bodies]
    end

    # The parameters of the events with these names.
    def events(*methods)
      @events.to_a.select { |event| methods.include?(event["method"]) }.map { |event| event["params"] }
    end

    # The addresses of all requests and WebSockets.
    def addresses
      events("Network.requestWillBeSent").map { |event| event.dig("request", "url") } +
        events("Network.webSocketCreated").map { |event| event["url"] }
    end

    # What the console shows: messages, errors and violations of the content security policy.
    def complaints
      events("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
    end

    def close
      command("Page.close")
    end

    def command(method, **params)
      @browser.command(method, params, session: @session)
    end

    private

    def wait_for_event(method)
      @events.wait_for(method) { |events| events.find { |event| event["method"] == method } }
    end
  end
end
