# frozen_string_literal: true

require_relative "connection"
require_relative "credentials"
require_relative "environment"
require_relative "gemfile"
require_relative "options"
require_relative "source_tree"
require_relative "text_report"

module Pusher
  module Internal
    module Doctor
      # The program: parses the arguments, checks, prints the report, and returns the exit status.
      class Program
        # @param arguments [Array<String>]
        # @param out [IO]
        # @param err [IO] for errors of the program itself
        # @param env [#[]]
        def initialize(arguments, out, err, env = ENV)
          @arguments = arguments
          @out = out
          @err = err
          @env = env
        end

        # @return [Integer] 0 without findings, 1 with findings, 2 if it cannot run
        def run
          @options = Options.new(@arguments)
          return print(@options.help) if @options.help?
          return print("pusher-doctor #{VERSION}") if @options.version?
          return refuse("there is no folder #{@options.folder}") unless File.directory?(@options.folder)

          report
        rescue OptionParser::ParseError => e
          refuse(e.message)
        rescue SystemCallError => e
          refuse("a file cannot be read: #{e.message}")
        end

        private

        def print(text)
          @out.puts(text)
          0
        end

        def refuse(text)
          @err.puts("pusher-doctor: #{text}", "pusher-doctor --help describes the arguments.")
          2
        end

        def report
          folder = File.realpath(@options.folder) # Find does not follow a symbolic link
          gemfile = Gemfile.new(folder)
          tree = SourceTree.new(folder)
          found = [*gemfile.findings, *tree.findings]
          checked = [*checks, *unsearched(folder, gemfile, tree)]
          @out.puts(@options.json? ? json(checked, found) : TextReport.lines(checked, found))
          checked.any?(&:wrong?) || found.any?(&:change?) ? 1 : 0
        end

        def unsearched(folder, gemfile, tree)
          unreadable = [*gemfile.unreadable, *tree.unreadable]
          if unreadable.any?
            [Check.skipped("code", "not searched, because it cannot be read: #{unreadable.join(", ")}")]
          elsif !gemfile.exist? && tree.files.empty?
            [Check.skipped("code", "nothing was searched: #{folder} has no Ruby file and no Gemfile")]
          end
        end

        def checks
          environment = Environment.new(@env, "https", "api-#{@options.cluster || "mt1"}.pusher.com")
          return environment.checks unless environment.gem_loads?

          credentials = Credentials.new(@env, @options.variable)
          client = credentials.client
          environment = Environment.new(@env, client.scheme, client.host) if client
          [*environment.checks, credentials.check, connection(credentials)]
        end

        def connection(credentials)
          return Check.skipped("connection", "not tested; --connect tests it") unless @options.connect?
          return Check.skipped("connection", "not tested without credentials") if credentials.check.wrong?

          Connection.new(credentials.client, @options.cluster).check
        end

        def json(checks, findings)
          require "json"
          JSON.pretty_generate(version: VERSION, checks: checks.map { |check| check.to_h.compact },
                               findings: findings.map(&:to_h))
        end
      end
    end
  end
end
