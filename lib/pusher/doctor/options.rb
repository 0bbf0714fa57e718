# frozen_string_literal: true

require "optparse"

module Pusher
  module Internal
    module Doctor
      # The arguments of the program.
      class Options
        # @return [String] the folder of the application
        attr_reader :folder
        # @return [String] the name of the variable with the url of the app
        attr_reader :variable
        # @return [String, nil] the cluster to connect to without such a variable
        attr_reader :cluster

        # @param arguments [Array<String>]
        # @raise [OptionParser::ParseError]
        def initialize(arguments)
          @variable = "PUSHER_URL"
          rest = parser.parse(arguments)
          @folder = rest.shift || "."
          raise OptionParser::NeedlessArgument, rest.join(" ") if rest.any?
        end

        # @return [Boolean] whether to send a request
        def connect? = @connect

        # @return [Boolean] whether to print JSON
        def json? = @json

        # @return [Boolean] whether to print the help only
        def help? = @help

        # @return [Boolean] whether to print the version only
        def version? = @version

        # @return [String] the help
        def help
          <<~HELP
            #{parser.help}
            It reads files and sends nothing, unless --connect is given. It prints no secret. The comment
            "pusher-doctor: ignore" at the end of a line accepts the line.
            Exit status: 0 nothing to change, 1 something is wrong or needs a change, 2 it could not run.
          HELP
        end

        private

        def parser
          @parser ||= OptionParser.new("Usage: pusher-doctor [options] [FOLDER]") do |options|
            options.separator("\nChecks this machine, and the Ruby application in FOLDER (by default this one).\n\n")
            define(options)
          end
        end

        def define(options)
          options.on("--connect", "send a request to the service") { @connect = true }
          options.on("--env NAME", "the variable with the url of the app (PUSHER_URL)") { |name| @variable = name }
          options.on("--cluster NAME", "the cluster, if there is no such variable (mt1)") { |name| @cluster = name }
          options.on("--json", "print the report as JSON") { @json = true }
          options.on("--version", "print the version of the gem") { @version = true }
          options.on("-h", "--help", "print this help") { @help = true }
        end
      end
    end
  end
end
