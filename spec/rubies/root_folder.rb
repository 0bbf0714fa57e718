# frozen_string_literal: true

require "fileutils"

module Rubies
  # A folder with another Debian release in it, entered by chroot. What is mounted there is mounted in a namespace of
  # the command's own, and gone when the command ends.
  class RootFolder
    ENVIRONMENT = {
      "HOME" => "/root", "LANG" => "C.UTF-8", "DEBIAN_FRONTEND" => "noninteractive",
      "PATH" => "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      # nio4r needs this to work without its C extension.
      "NIO4R_PURE" => "true"
    }.freeze
    # What the machine says of its network. It may have changed since the folder was made.
    NETWORK_SETTINGS = %w[/etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt].freeze
    # The first process of the namespace: it mounts, runs the command, and reaps the processes that lose their parent.
    ENTER = <<~SH
      mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" || exit 1
      root=$1 folder=$2
      shift 2
      chroot "$root" env -i --chdir="$folder" "$@"
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
    # @param folder [String] the working folder, as seen from inside
    # @param environment [Hash{String => String}] besides {ENVIRONMENT}
    # @param options [Hash] those of `Kernel#system`
    # @return [Boolean] whether it succeeded
    def run(*command, folder: "/", environment: {}, **options)
      copy_network_settings
      variables = ENVIRONMENT.merge(environment).map { |name, value| "#{name}=#{value}" }
      system("unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child",
             "sh", "-c", ENTER, "sh", path, folder, *variables, *command, **options)
    end

    # Makes a folder the same as a checkout. Files that are the same already keep their time, so that cargo compiles
    # only what has changed.
    #
    # @param checkout [String]
    # @param folder [String] as seen from inside
    # @param keep [Array<String>] what is built in the folder, and stays
    def copy(checkout, folder, keep:)
      files = IO.popen(%w[git ls-files -z --cached --others --exclude-standard], chdir: checkout, &:read).split("\0")
      files.select! { |file| File.file?(File.join(checkout, file)) }
      target = File.join(path, folder)
      FileUtils.mkdir_p(target)
      remove(existing_files(target, keep) - files, target)
      files.each { |file| copy_file(File.join(checkout, file), File.join(target, file)) }
    end

    # @param file [String] as seen from inside
    # @param content [String]
    # @param mode [Integer]
    def write(file, content, mode = 0o644)
      file = File.join(path, file)
      FileUtils.mkdir_p(File.dirname(file))
      File.write(file, content)
      File.chmod(mode, file)
    end

    # Runs a block while no other process does so for this folder.
    def exclusively
      FileUtils.mkdir_p(File.dirname(path))
      File.open("#{path}.lock", File::RDWR | File::CREAT) do |lock|
        puts "Waiting for another command in #{path}." unless lock.flock(File::LOCK_EX | File::LOCK_NB)
        lock.flock(File::LOCK_EX)
        yield
      end
    end

    private

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
