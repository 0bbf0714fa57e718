# frozen_string_literal: true

require "fileutils"
require "open3"
require_relative "../spec/support/download_cache"

module Bench
  # The libraries of other languages that a comparison includes. They are fetched once, into the cache folder of
  # bin/setup.
  module Libraries
    NPM = "5.3.4"
    PYPI = "3.3.4"
    # Their names in tables and charts.
    NPM_NAME = "npm pusher (Node)"
    PYPI_NAME = "PyPI pusher (Python)"

    module_function

    # @return [String, nil] the folder of npm's `pusher`; nil if it is neither there nor to be had
    def npm
      folder("npm-pusher-#{NPM}") do |partial|
        run("npm", "install", "--prefix", partial, "--cache", "#{partial}/cache", "--no-save", "--no-audit",
            "--no-fund", "--ignore-scripts", "pusher@#{NPM}") && FileUtils.rm_rf("#{partial}/cache")
      end
    end

    # @return [String, nil] the folder with the Python packages
    def pypi
      folder("pypi-pusher-#{PYPI}") do |partial|
        run("python3", "-m", "pip", "install", "--quiet", "--target", partial, "--no-cache-dir",
            "--disable-pip-version-check", "pusher==#{PYPI}")
      end
    end

    # @return [Hash{String => String}] versions of the languages
    def versions
      { "Node" => %w[node --version], "Python" => %w[python3 --version] }.transform_values do |command|
        Open3.capture2e(*command).first[/\d+(\.\d+)*/]
      rescue SystemCallError
        nil
      end
    end

    def folder(name)
      folder = File.join(DownloadCache.folder, name)
      return folder if File.directory?(folder)

      partial = "#{folder}.partial"
      FileUtils.rm_rf(partial)
      FileUtils.mkdir_p(partial)
      puts "Fetching #{name}."
      return unless yield(partial)

      File.rename(partial, folder)
      folder
    end

    def run(*command)
      output, status = Open3.capture2e(*command)
      puts output unless status.success?
      status.success?
    rescue SystemCallError => e
      puts e.message
      false
    end
    private_class_method :folder, :run
  end
end
