# frozen_string_literal: true

require "open3"
require "rbconfig"

# Uses the native part that `rake panics:compile` leaves in tmp: it has natives that panic.
RSpec.describe "A panic in the native part" do
  lib = File.expand_path("../../tmp/panicking/lib", __dir__)

  # The output of a process that runs `panic`, prints the error and sends a request.
  define_method(:outcome_of) do |panic|
    script = <<~RUBY
      begin
        #{panic}
      rescue Exception => e
        puts e.class, e.message
      end
      p Pusher.trigger("channel", "event", { number: 1 })
    RUBY
    output, errors, status = Open3.capture3({ "PUSHER_URL" => endpoint.url }, RbConfig.ruby, "-I", lib, "-r", "pusher",
                                            "-e", script)
    expect(status).to be_success, errors
    output.lines(chomp: true)
  end

  it "raises a Pusher::Error with its message, and requests work afterwards" do
    expect(outcome_of('Pusher::PanickingNatives.panic("oh no")')).to eq(
      ["Pusher::Error", "internal error in the native part: oh no", "{}"]
    )
  end

  it "raises a Pusher::Error inside a callback of an iteration, which stops" do
    expect(outcome_of("Pusher::PanickingNatives.panic_in_callback({ a: 1, b: 2 })")).to eq(
      ["Pusher::Error", "internal error in the native part: in pair 1", "{}"]
    )
  end

  it "leaves a Hash that was iterated over modifiable" do
    panic = "hash = { a: 1 }; Pusher::PanickingNatives.panic_in_callback(hash) rescue (hash[:b] = 2; p hash)"
    expect(outcome_of(panic)).to eq(["{:a=>1, :b=>2}", "{}"]).or eq(["{a: 1, b: 2}", "{}"])
  end

  it "cannot be provoked in the gem itself: the panicking natives are not part of it" do
    expect(Pusher.const_defined?(:PanickingNatives)).to be(false)
  end
end
