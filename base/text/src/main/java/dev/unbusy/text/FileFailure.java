package dev.unbusy.text;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Why a file or directory could not be read or written, in words for people: the JDK's exceptions hide it in their names. Pure. */
public final class FileFailure {
    private FileFailure() {}

    /** What follows "cannot be written: ". The file itself is not repeated, except where it is another than was asked for. */
    public static Text of(IOException failure) {
        return switch (failure) {
            case AccessDeniedException denied -> Text.of("this user may not", "当前用户没有权限");
            case NoSuchFileException missing -> Text.of("%s does not exist", "%s 不存在", missing.getFile());
            case FileAlreadyExistsException file -> Text.of("%s is in the way", "已存在 %s，无法创建同名目录", file.getFile());
            case FileSystemException other -> reason(other);
            default -> {
                String message = failure.getMessage();
                yield message == null ? Text.same(failure.getClass().getSimpleName()) : said(message);
            }
        };
    }

    private static Text reason(FileSystemException failure) {
        String reason = failure.getReason();
        return reason == null ? Text.same(String.valueOf(failure.getMessage())) : said(reason);
    }

    /** The system's own words; those that matter here in Chinese too. */
    private static Text said(String words) {
        return switch (words) {
            case "Read-only file system" -> Text.of("the file system is read-only", "文件系统为只读");
            case "No space left on device" -> Text.of("the disk is full", "磁盘已满");
            case "Disk quota exceeded" -> Text.of("the disk quota is used up", "磁盘配额已用尽");
            case "Not a directory" -> Text.of("a part of the path is a file", "路径中的某一级是文件而不是目录");
            case "Input/output error" -> Text.of("the disk reports an error", "磁盘读写出错");
            default -> Text.same(words);
        };
    }
}
