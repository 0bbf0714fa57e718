# frozen_string_literal: true

require "fileutils"

module Rubies
  # A folder that contains another Debian release. Commands run in it with chroot. Each has its own mount namespace,
  # which disappears with the command.
  class RootFolder
    ENVIRONMENT = {
      "HOME" => "/root", "LANG" => "C.UTF-8", "DEBIAN_FRONTEND" => "noninteractive",
      "PATH" => "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      # Makes nio4r work without its C extension.
      "NIO4R_PURE" => "true"
    }.freeze
    # The network settings of the machine. They may have changed since the folder was created.
    NETWORK_SETTINGS = %w[/etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt].freeze
    # The first process of the namespace. It mounts, runs the command, and reaps orphaned processes.
    ENTER = <<~SH
      mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" || exit 1
      root=$1
      shift
      chroot "$root" "$@"
      exit $?
    SH

    # @return [String]
    attr_reader :path

    # @param path [String]
    def initialize(path)
      @path = path
    end

    # Runs a command in the folder.
    #
    # @param command [Array<String>]
    # @param folder [String] the working folder, relative to the root folder
    # @param environment [Hash{String => String}] in addition to {ENVIRONMENT}
    # @param options [Hash] options of `Kernel#system`
    # @return [Boolean] whether it succeeded
    def run(*command, folder: "/", environment: {}, **options)
      copy_network_settings
      variables = ENVIRONMENT.merge(environment).map { |name, value| "#{name}=#{value}" }
      system("unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child",
             "sh", "-c", ENTER, "sh", path, *environment_program, "-i", "--chdir=#{folder}", *variables, *command,
             **options)
    end

    # Copies a checkout into a folder. Unchanged files keep their modification time, so that cargo compiles only
    # changes. Files that the checkout does not have are deleted.
    #
    # @param checkout [String]
    # @param folder [String] relative to the root folder
    # @param keep [Array<String>] build results, which are not deleted
    def copy(checkout, folder, keep:)
      files = IO.popen(%w[git ls-files -z --cached --others --exclude-standard], chdir: checkout, &:read).split("\0")
      files.select! { |file| File.file?(File.join(checkout, file)) }
      target = File.join(path, folder)
      FileUtils.mkdir_p(target)
      remove(existing_files(target, keep) - files, target)
      files.each { |file| copy_file(File.join(checkout, file), File.join(target, file)) }
    end

    # @param file [String] relative to the root folder
    # @param content [String]
    # @param mode [Integer]
    def write(file, content, mode = 0o644)
      file = File.join(path, file)
      FileUtils.mkdir_p(File.dirname(file))
      File.write(file, content)
      File.chmod(mode, file)
    end

    # Runs a block while no other process uses this folder.
    def exclusively
      FileUtils.mkdir_p(File.dirname(path))
      File.open("#{path}.lock", File::RDWR | File::CREAT) do |lock|
        puts "Waiting for another command in #{path} to finish." unless lock.flock(File::LOCK_EX | File::LOCK_NB)
        lock.flock(File::LOCK_EX)
        yield
      end
    end

    private

    # The program `env` of the folder.
    def environment_program = ["env"]

    def copy_network_settings
      NETWORK_SETTINGS.each { |file| write(file, File.read(file)) if File.exist?(file) }
    end

    def existing_files(target, keep)
      files = Dir.glob("**/*", File::FNM_DOTMATCH, base: target).select { |file| File.file?(File.join(target, file)) }
      files.reject { |file| keep.include?(file) || keep.any? { |folder| file.start_with?("#{folder}/") } }
    end

    def remove(files, target)
      files.each { |file| File.delete(File.join(target, file)) }
    end

    def copy_file(from, to)
      mode = File.stat(from).mode
      return if File.file?(to) && File.stat(to).mode == mode && FileUtils.identical?(from, to)

      FileUtils.mkdir_p(File.dirname(to))
      FileUtils.cp(from, to)
      File.chmod(mode, to)
    end
  end
end
