# frozen_string_literal: true

require "open3"
require "rbconfig"
require "ripper"

# The README, the documents in docs/, and the comments in lib/, with their examples.
module Documents
  ROOT = File.expand_path("../..", __dir__)

  # The sections whose examples need a process, a library or a framework of their own, and the spec that runs them. For
  # other documents, a spec that describes the document (`RSpec.describe "docs/jobs.md"`) runs all its examples. Those
  # of all other sections and documents are run by spec/integration/documentation/documents_spec.rb.
  ELSEWHERE = {
    "docs/authorisation.md" => {
      "spec/integration/documentation/endpoints_spec.rb" =>
        ["The auth endpoint", "The request that blocks get", "Several clients", "Rails", "Sinatra"]
    },
    "docs/webhooks.md" => {
      "spec/integration/documentation/endpoints_spec.rb" => ["The webhook endpoint", "Decrypted client events"]
    },
    "docs/middleware.md" => {
      "spec/integration/documentation/middleware_spec.rb" =>
        ["Registering", "Requests in the background", "A log", "Metrics", "A circuit breaker"]
    },
    "docs/testing.md" => {
      "spec/unit/testing/documentation_spec.rb" =>
        ["The test mode", "RSpec", "Minitest", "Webhooks in controller specs"],
      "spec/integrations/webmock/documentation_spec.rb" => ["With WebMock"],
      "spec/integrations/vcr/documentation_spec.rb" => ["With VCR"]
    }
  }.freeze

  # A block of code in a document.
  Example = Struct.new(:document, :heading, :line, :language, :code, keyword_init: true) do
    def to_s = "line #{line} of #{document}"

    def elsewhere?
      sections = ELSEWHERE[document]
      sections ? sections.values.flatten.include?(heading) : Documents.described_by_specs.include?(document)
    end

    # The code, with an expectation for each `expression # => value`.
    def checked
      code.gsub(/^( *)(\S.*?) +# => (.+)$/) do |text|
        indentation, expression, value = Regexp.last_match.captures
        next text unless Documents.literal?(value)

        "#{indentation}(#{expression}).then { |got| got == (#{value}) or raise \"expected \#{#{value}}, got \#{got}\" }"
      end
    end
  end

  module_function

  # README.md and docs/*.md.
  def names = ["README.md", *Dir["docs/*.md", base: ROOT].sort]

  def text(name) = File.read(File.join(ROOT, name), encoding: Encoding::UTF_8)

  # The blocks of code in a document, also of those inside a list.
  def examples(name, language = "ruby")
    content = text(name)
    content.to_enum(:scan, /^( *)```(\w*)\n(.*?)^\1```$/m).filter_map do
      indentation, found, code = Regexp.last_match.captures
      before = Regexp.last_match.pre_match
      next unless found == language

      Example.new(document: name, heading: before.scan(/^\#{2,} (.*)$/).last&.first, line: before.count("\n") + 2,
                  language:, code: code.gsub(/^#{indentation}/, ""))
    end
  end

  # The documents that are described by a spec of their own.
  def described_by_specs
    @described_by_specs ||= Dir["#{ROOT}/spec/**/*_spec.rb"].flat_map do |file|
      File.read(file, encoding: Encoding::UTF_8).scan(%r{^RSpec\.describe "(docs/[\w-]+\.md)"}).flatten
    end
  end

  # The Ruby files with public classes.
  def sources = Dir["lib/**/*.rb", base: ROOT].sort

  # The examples in the comments of a Ruby file: the lines after `@example`, indented.
  def source_examples(name)
    text(name).to_enum(:scan, /^( *)# @example(.*)\n((?:\1# ?  .*\n|\1#\n(?=\1# ?  ))+)/).map do
      indentation, heading, lines = Regexp.last_match.captures
      Example.new(document: name, heading: heading.strip, line: Regexp.last_match.pre_match.count("\n") + 2,
                  language: "ruby", code: lines.gsub(/^#{indentation}#(?:   |$)/, ""))
    end
  end

  # The first example, or all examples, of a section.
  def example(name, heading) = section(name, heading).first

  def section(name, heading)
    found = examples(name).select { |example| example.heading == heading }.map(&:code)
    found.empty? ? raise("#{name} has no example in the section #{heading}") : found
  end

  def literal?(text)
    text.match?(/\A(["\d\[{:]|true\z|false\z|nil\z)/) && !text.include?("…") && !text.include?(";") &&
      !Ripper.sexp("(#{text})").nil?
  end

  # Runs a spec file in this folder in a separate process. Returns the output of rspec.
  def run_spec(code, folder, environment = {})
    file = File.join(folder, "example_spec.rb")
    File.write(file, code)
    command = [RbConfig.ruby, "-I", File.join(ROOT, "lib"), "-S", "rspec", file]
    Open3.capture2e({ "PUSHER_URL" => nil }.merge(environment), *command, chdir: folder).first
  end
end
