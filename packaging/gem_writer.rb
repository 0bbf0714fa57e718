# frozen_string_literal: true

require "fileutils"
require "rubygems/package"
require "tmpdir"
require_relative "tools"

module Packaging
  # Writes a gem so that two of them from one commit are the same, byte for byte: with the time of the commit, and with
  # the same file modes on each machine.
  class GemWriter
    ROOT = File.expand_path("..", __dir__)

    # @param specification [Gem::Specification]
    # @param added [Hash{String => String}] files that are not in the checkout: path in the gem => content
    def initialize(specification, added: {})
      @specification = specification.dup
      @added = added
      @specification.files = (specification.files + added.keys).uniq.sort
    end

    # @param folder [String] where the gem is put
    # @return [String] the path of the gem
    def write(folder)
      FileUtils.mkdir_p(folder)
      gem = File.join(File.expand_path(folder), "#{name}.gem")
      Dir.mktmpdir do |stage|
        @specification.files.each { |file| put(file, File.join(stage, file)) }
        Dir.chdir(stage) { at_time_of_commit { Gem::Package.build(@specification, false, false, gem) } }
      end
      gem
    end

    private

    # `full_name` lacks "gnu" before RubyGems 3.3.22.
    def name
      platform = @specification.platform.to_s
      [@specification.name, @specification.version, (platform unless platform == Gem::Platform::RUBY)].compact.join("-")
    end

    def put(file, target)
      FileUtils.mkdir_p(File.dirname(target))
      File.binwrite(target, @added.fetch(file) { File.binread(File.join(ROOT, file)) })
      File.chmod(program?(file) ? 0o755 : 0o644, target)
    end

    def program?(file) = @specification.executables.any? { |name| file == File.join(@specification.bindir, name) }

    # RubyGems uses this variable for every time in a gem.
    def at_time_of_commit
      before = ENV.fetch("SOURCE_DATE_EPOCH", nil)
      ENV["SOURCE_DATE_EPOCH"] = before || time_of_commit
      @specification.date = Gem.source_date_epoch
      yield
    ensure
      ENV["SOURCE_DATE_EPOCH"] = before
    end

    # The time of the changelog where there is no repository.
    def time_of_commit
      time = IO.popen(%w[git log -1 --format=%ct], chdir: ROOT, err: File::NULL, &:read).strip
      time.empty? ? File.mtime(File.join(ROOT, "CHANGELOG.md")).to_i.to_s : time
    rescue Errno::ENOENT
      File.mtime(File.join(ROOT, "CHANGELOG.md")).to_i.to_s
    end
  end
end
