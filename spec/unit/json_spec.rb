# frozen_string_literal: true

require "spec_helper"
require_relative "support/random_bodies"

# JSON as it is read, by way of what anybody may receive: webhooks. Ruby's own JSON is the witness.
RSpec.describe Pusher::WebHook, "reading JSON" do
  seed = Integer(ENV.fetch("BODY_SEED") { Random.rand(1_000_000) })

  def read(body) = described_class.new({ body: }).data

  def refuse(message = nil, &block) = raise_error(JsonEngine.parse_error, message, &block)

  it "gives what Ruby's JSON gives, however values are nested (BODY_SEED=#{seed})" do
    random = RandomBodies.new(seed)
    500.times do |number|
      params = random.params
      [JSON.generate(params), JSON.pretty_generate(params)].each do |text|
        expect(read(text)).to eq(JSON.parse(text)), "body #{number}: #{text}"
      end
    end
  end

  [
    "null", "true", "false", "\"\"", "[]", "{}", " [ ] ", "\t{\r\n}\n", "0", "-0", "-1", "1.5", "-0.0", "1e3", "1E+3",
    "2.5e-3", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
    "123456789012345678901234567890", "9007199254740993", "9007199254740993.0", "1e22", "5e-324",
    "1.7976931348623157e308", "0.1", "123456789.123456789", "[[[[]]],{}]", '{"":{"":[]}}', '"\"\\\\\/\b\f\n\r\t"',
    '"\u00e9\ud83d\ude00\u0000"', "\"é\u2028😀\"", "[1 , 2]", '{ "a" : [ 1 ] }'
  ].each do |text|
    it "gives what Ruby's JSON gives for #{text}" do
      expect([read(text), read(text).class]).to eq([JSON.parse(text), JSON.parse(text).class])
      expect(read(text).inspect).to eq(JSON.parse(text).inspect)
    end
  end

  it "gives the last of several values for a key" do
    expect(read('{"a":1,"b":2,"a":3}')).to eq({ "a" => 3, "b" => 2 })
  end

  it "gives infinity for a number beyond all Floats" do
    expect(read("[1e400,-1e400,1e-400]")).to eq([Float::INFINITY, -Float::INFINITY, 0.0])
  end

  it "gives UTF-8, whatever encoding the body claims" do
    %w[UTF-8 BINARY US-ASCII ISO-8859-1].each do |encoding|
      expect(read('{"é":"ü"}'.dup.force_encoding(encoding))).to eq({ "é" => "ü" })
    end
  end

  [
    "", " ", "\n\t", "nul", "nulll", "truE", "NaN", "Infinity", "-Infinity", "-", "+1", "01", "-01", "1.", ".5", "1e",
    "1e+", "0x1", "1 2", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,",
    "{\"a\":1,}", "{\"a\" 1}",
    "{,}", "{1:2}", "{a:1}", "{\"a\":1 \"b\":2}", "[}", "{]", "\"", "\"a", "\"\\", "\"\\\"", "\"\\x\"", "\"\\u12\"",
    "\"\\u12g4\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\é\"", "\"a\tb\"", "\"a\nb\"", "\"a\0b\"",
    "'a'", "/* */1", "1//", "\u00A01", "\uFEFF{}", "\xFF", "\"\xFF\"", "\"\xED\xA0\x80\"", "\"\xC0\x80\"", "{}\0",
    "#{"[" * 101}#{"]" * 101}", "[" * 100_000, "{\"a\":" * 100_000
  ].each do |text|
    it "refuses #{text.dump[0, 50]}" do
      expect { read(text) }.to refuse
    end
  end

  it "reads 100 levels, as Ruby's JSON" do
    text = "#{"[" * 99}{}#{"]" * 99}"
    expect(read(text)).to eq(JSON.parse(text))
  end

  it "says what is wrong, and where" do
    { "" => "unexpected end at line 1 column 1", "{\n \"é\": x}" => "unexpected character at line 2 column 7",
      "[\"é\", \"\\x\"]" => "invalid escape in a string at line 1 column 7",
      "[\n\n\"\xFF\"]" => "invalid UTF-8 at line 3 column 2",
      "\"a\tb\"" => "control character in a string at line 1 column 3",
      "[" * 101 => "nested too deeply at line 1 column 101" }.each do |text, message|
      expect { read(text) }.to refuse(message)
    end
  end

  it "refuses with an error that has the text" do
    expect { read("{no") }.to(refuse { |error| expect(error.data).to eq("{no") })
  end

  it "survives the collector while it reads" do
    text = JSON.generate(Array.new(3) { |number| { "key#{number}" => ["text", number, { "a" => "\n" }] } })
    GC.stress = true
    expect(read(text)).to eq(JSON.parse(text))
  ensure
    GC.stress = false
  end
end
