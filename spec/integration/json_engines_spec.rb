# frozen_string_literal: true

require "spec_helper"
require_relative "../support/json_engines"

# With each JSON library of an application, loaded before or after the gem.
RSpec.describe "JSON" do
  # The lines that the program prints.
  def run(engine, program)
    output, warnings = engine.run("#{program}\n", "PUSHER_URL" => endpoint.url)
    expect(warnings).to eq("")
    output.lines(chomp: true)
  end

  def published = endpoint.events.map(&:data)

  # Which libraries are loaded after a program, and the adapter that multi_json chooses then.
  def adapter_after(engine, program)
    run(engine, "#{program}; p defined?(JSON), defined?(Oj); " \
                "puts (defined?(MultiJSON.generate) ? MultiJSON : MultiJson).adapter")
  end

  loading = {
    "" => "before it is loaded",
    "Pusher.trigger('news', 'event', 'text', { socket_id: '1.1' });" => "after a String was published",
    "Pusher::WebHook.new({ body: '{\"events\":[{\"data\":12345678901234567890}]}' }).events;" =>
      "after a webhook was read",
    "Pusher.trigger_batch([{ channel: 'a', name: 'e', data: 'text' }]);" => "after a batch of Strings was published",
    "require 'pusher/testing'; Pusher::Testing.fake! { Pusher.trigger('a', 'e', 'text'); Pusher::Testing.events };" =>
      "after a test"
  }

  without_the_gem = {}

  JsonEngines::ALL.select(&:multi_json?).each do |engine|
    loading.each do |use, time|
      it "leaves the choice of the adapter to #{engine.name} #{time}" do
        alone = without_the_gem[engine] ||= adapter_after(engine, "require 'multi_json'")
        expect(adapter_after(engine, "require 'pusher'; #{use}")).to eq(alone)
        expect(alone.first(2)).to eq(%w[nil nil])
      end
    end

    { "before" => "require 'oj'; require 'pusher'", "after" => "require 'pusher'; require 'oj'" }.each do |order, both|
      it "is written by Oj if that was loaded #{order} the gem (#{engine.name})", needs: "oj" do
        skip "oj is not installed" unless JsonEngines.oj?

        use = "#{both}; Pusher.trigger('news', 'event', { a: ['é'.b, 1.5] });"
        expect(adapter_after(engine, use).last).to end_with("::Oj")
        expect(published).to eq(['{"a":["é",1.5]}'])
      end
    end
  end

  it "is written by Ruby's json if multi_json is not installed" do
    engine = JsonEngines::ALL.last
    expect(run(engine, "require 'pusher'; p defined?(JSON), defined?(MultiJson), defined?(MultiJSON)"))
      .to eq(['"constant"', "nil", "nil"])
  end

  it "raises the error of a multi_json that fails to load" do
    Dir.mktmpdir do |folder|
      File.write(File.join(folder, "multi_json.rb"), "require 'what_multi_json_needs'")
      program = "$LOAD_PATH.unshift(#{folder.dump}); begin; require 'pusher'; rescue LoadError => e; puts e.path; end"
      expect(run(JsonEngines::ALL.first, program)).to eq(["what_multi_json_needs"])
    end
  end

  JsonEngines::ALL.each do |engine|
    describe "with #{engine.name}" do
      it "is written by it, objects of the application included" do
        run(engine, <<~RUBY)
          require "pusher"
          money = Class.new { def to_json(*) = '{"amount":5}' }.new
          Pusher.trigger("news", "event", { price: money, list: [nil, true, "é"] })
        RUBY
        expect(published).to eq(['{"price":{"amount":5},"list":[null,true,"é"]}'])
      end

      it "is written by a stub of its method, which gets only the object" do
        output = run(engine, <<~RUBY)
          require "pusher"
          stubbed, name =
            if defined?(MultiJSON.generate) then [MultiJSON, :generate]
            elsif defined?(MultiJson.dump) then [MultiJson, :dump]
            else [JSON, :generate]
            end
          data = { a: 1 }
          stubbed.singleton_class.prepend(Module.new do
            define_method(name) { |*arguments| p(arguments.map { |a| a.equal?(data) }) && '"stubbed" ' }
          end)
          Pusher.trigger("news", "event", data)
        RUBY
        expect(output).to eq(["[true]"])
        expect(published).to eq(['"stubbed" '])
      end

      it "contains binary Strings as UTF-8, without a warning" do
        output = run(engine, <<~RUBY)
          require "pusher"
          text = "é".b
          all = { "ü".b => [text, { a: text, "ö".b.to_sym => 1 }] }
          Pusher.trigger("news", text, text)
          Pusher.trigger("news", "event", all)
          Pusher.trigger_batch([{ channel: "news", name: "event", data: text }, { channel: "news", name: "event", data: [text] }])
          puts Pusher.authenticate("presence-a", "1.1", { user_id: text })[:channel_data]
          puts Pusher.authenticate("presence-a", "1.1", text)[:channel_data]
          puts Pusher.authenticate_user("1.1", { id: text })[:user_data]
          puts all.keys.first.encoding.name, all.values.first.first.equal?(text), text.encoding.name
        RUBY
        expect(published).to eq(["é", '{"ü":["é",{"a":"é","ö":1}]}', "é", '["é"]'])
        expect(output).to eq(['{"user_id":"é"}', '"é"', '{"id":"é"}', "ASCII-8BIT", "true", "ASCII-8BIT"])
      end

      it "contains binary Strings as UTF-8 in objects of String, Array and Hash subclasses" do
        output, = engine.run(<<~RUBY, "PUSHER_URL" => endpoint.url)
          require "pusher"
          text, list, hash = [String, Array, Hash].map { |type| Class.new(type) }
          Pusher.trigger("news", "event", hash[{ "ü".b => list[text.new("é".b), :plain] }])
          Pusher.trigger("news", "event", { a: hash[{ "é".b => Time.at(0).utc }] })
        RUBY
        expect(output).to eq("")
        expect(published).to eq(['{"ü":["é","plain"]}', '{"a":{"é":"1970-01-01 00:00:00 UTC"}}'])
      end

      it "is read in the same way, and invalid JSON raises the library's ParseError" do
        output = run(engine, <<~'RUBY')
          require "pusher"
          hook = Pusher::WebHook.new({ body: '{"time_ms":1,"events":[{"a":{"b":12345678901234567890}}]}'.b })
          p hook.events == [{ "a" => { "b" => 12345678901234567890 } }]
          ["", " \n", "{no json", "{\"a\":\"\xFF\"}"].each do |body|
            Pusher::WebHook.new({ body: body }).data
          rescue StandardError => e
            puts e.class, e.message, (e.respond_to?(:data) ? e.data == body : "no data")
          end
        RUBY
        has_data = engine.multi_json? ? "true" : "no data"
        messages = ["unexpected end at line 1 column 1", "unexpected end at line 2 column 1",
                    "unexpected character at line 1 column 2", "invalid UTF-8 at line 1 column 7"]
        expect(output).to eq(["true", *messages.flat_map { |message| [engine.parse_error, message, has_data] }])
      end

      it "raises an HTTPError around the library's ParseError for a reply that is not JSON" do
        endpoint.reply_with(status: 200, body: "<html></html>")
        output = run(engine, <<~RUBY)
          require "pusher"
          begin
            Pusher.trigger("news", "event", "text")
          rescue Pusher::HTTPError => e
            puts e.original_error.class, e.message
          end
        RUBY
        message = "the reply is not JSON: unexpected character at line 1 column 1 (#{engine.parse_error})"
        expect(output).to eq([engine.parse_error, message])
      end

      it "is written in a signal trap, also for the first time in the process" do
        output = run(engine, <<~RUBY)
          require "pusher"
          handled = Queue.new
          trap(:USR2) { handled << [Pusher.trigger("news", "event", { a: ["é".b] })] }
          Process.kill(:USR2, Process.pid)
          p handled.pop
        RUBY
        expect(output).to eq(["[{}]"])
        expect(published).to eq(['{"a":["é"]}'])
      end

      it "raises a Pusher::Error for data that cannot be written in finite time" do
        output = run(engine, <<~RUBY)
          require "pusher"
          endless = Class.new { def to_json(*) = [self].to_json }.new
          endless.singleton_class.define_method(:to_hash) { { "a" => to_hash } }
          cycle = []
          cycle << cycle
          [{ a: cycle }, Class.new { def to_json(*) = to_json }.new].each do |data|
            Pusher.trigger("news", "event", data)
          rescue Pusher::Error => e
            p e.cause.nil?
          end
        RUBY
        expect(output).to eq(%w[false false])
        expect(endpoint.requests).to be_empty
      end
    end
  end
end
