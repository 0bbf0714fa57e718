# frozen_string_literal: true

require_relative "../../packaging/shared_library"

RSpec.describe Packaging::SharedLibrary, if: RUBY_PLATFORM.include?("linux-gnu") do
  subject(:library) { described_class.new("#{Workspace::ROOT}/lib/pusher/pusher.so") }

  # The library of `rake compile` is for this machine only.
  it "finds what keeps a library out of a precompiled gem" do
    expect(library.problems(glibc: "2.17")).to contain_exactly(
      "needs glibc #{library.glibc}, which is newer than 2.17", "is not stripped", start_with("contains the paths /")
    )
  end

  it "accepts the glibc that the library needs" do
    expect(library.problems(glibc: library.glibc.to_s).grep(/glibc/)).to be_empty
  end

  it "accepts nothing of glibc in a library for musl" do
    expect(library.problems(glibc: nil)).to include(/\Aneeds glibc .+, which is newer than 0\z/,
                                                    /\Aneeds .*libc\.so\.6/)
  end

  it "reads which libraries it needs and which symbols it exports" do
    expect(library.needed).to include("libc.so.6").and all(match(described_class::NEEDED))
    expect(library.exported).to include("Init_pusher")
    expect(library.exported - described_class::EXPORTED).to be_empty
  end

  it "finds a library that needs another one, and exports something else" do
    openssl = described_class.new("#{RbConfig::CONFIG["archdir"]}/openssl.so")
    expect(openssl.problems(glibc: "99")).to include(/needs .*libssl/, /exports .*Init_openssl/)
  end
end
